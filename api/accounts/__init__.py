"""People with an account: who they are, how they sign in, and what they may do where."""
