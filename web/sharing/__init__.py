"""What leaves this site: frames for other pages, links that preview well, and the pictures they show."""
