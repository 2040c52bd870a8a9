/** Turns a reply of /api/v1/map into what the screen has room for; counts are only ever added, never lost. */
import { viewOf } from "./view.js";

// Two buttons nearer than this would cover each other: a finger could not choose.
const APART_PX = 30;
const SAME_SPOT_DEGREES = 1e-6;

/**
 * Groups: {type: "entry"|"pile"|"cluster", key, lat, lon, count, others, entries, precision, bounds, sameSpot}.
 * `others` of the `count` are not of the reply: points that are drawn beside it.
 */
export function groupForScreen(map, reply, others = []) {
  const seeds = [
    ...(reply.clusters ?? []).map(fromCluster),
    ...(reply.points ?? []).map(fromPoint),
    ...others.map((point) => ({ ...fromPoint(point), others: 1 })),
  ];
  seeds.sort((a, b) => b.count - a.count || b.lat - a.lat || a.lon - b.lon);
  const groups = [];
  for (const seed of seeds) {
    seed.at = map.project([seed.lat, seed.lon]);
    const near = groups.find((group) => group.at.distanceTo(seed.at) < APART_PX);
    if (near) merge(near, seed);
    else groups.push(seed);
  }
  for (const group of groups) finish(group);
  return groups;
}

/** Nearest to the visitor's place first, or to the middle of the map: the order of Tab and of the number keys. */
export function inOrderOfNearness(map, groups) {
  const { place } = viewOf(map);
  const from = place ? L.latLng(place[1], place[0]) : map.getCenter();
  const far = new Map(groups.map((group) => [group, map.distance(from, [group.lat, group.lon])]));
  return groups.sort((a, b) => far.get(a) - far.get(b) || a.key.localeCompare(b.key));
}

function fromCluster({ lat, lon, count, bbox }) {
  const bounds = bbox ? L.latLngBounds([bbox[1], bbox[0]], [bbox[3], bbox[2]]) : L.latLngBounds([[lat, lon]]);
  return { type: "cluster", lat, lon, count, others: 0, entries: [], bounds, sameSpot: false };
}

function fromPoint(point) {
  const { lat, lon, count = 1, precision, serves } = point;
  const entries = point.entries?.length ? point.entries : [point];
  return {
    type: count > 1 ? "pile" : "entry",
    lat,
    lon,
    count,
    others: 0,
    precision,
    serves,
    entries: entries.map((entry) => ({ precision, ...entry })),
    bounds: L.latLngBounds([[lat, lon]]),
    sameSpot: true,
  };
}

function merge(group, other) {
  const { lat, lon } = other;
  group.sameSpot &&= Math.abs(group.lat - lat) < SAME_SPOT_DEGREES && Math.abs(group.lon - lon) < SAME_SPOT_DEGREES;
  group.type = group.type === "cluster" || other.type === "cluster" ? "cluster" : "pile";
  group.count += other.count;
  group.others += other.others;
  group.entries = [...group.entries, ...other.entries];
  group.bounds.extend(other.bounds);
}

function finish(group) {
  const spot = `${group.lat.toFixed(6)},${group.lon.toFixed(6)}`;
  group.key = `${group.type} ${spot} ${group.count} ${group.entries.map((entry) => entry.slug).join(" ")}`;
}
