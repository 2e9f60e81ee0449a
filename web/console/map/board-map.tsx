// The map of a board: areas of the offices, incidents, units where they were last. It is a picture beside the lists: all that
// is on it is in them, and all that it does is done there by key. It loads only where it is looked at (maplibre is larger
// than the rest of the console), draws only when something changed, and says so when this computer can't draw it.
import "maplibre-gl/dist/maplibre-gl.css";
import { useQuery } from "@tanstack/react-query";
import { type GeoJSONSource, Map as LibreMap, LngLatBounds, Marker, setWorkerUrl } from "maplibre-gl";
// A worker of our own address: the CSP allows no other.
import workerUrl from "maplibre-gl/dist/maplibre-gl-worker.mjs?worker&url";
import { useEffect, useRef, useState } from "react";
import type { IncidentCard, Unit } from "../api/types";
import { useDesk, useNow, usePositions } from "../desk/desk";
import { look } from "../dispatch/queue";
import { useTexts } from "../i18n";
import { useLook } from "../look";
import { baseLayers } from "./base";
import { type Colours, colours } from "./colours";

setWorkerUrl(workerUrl);

/** More units than this are dots that gather; fewer have their call sign beside them. */
const labelled = 60;
const empty = { type: "FeatureCollection" as const, features: [] };

export interface BoardMapProps {
  card: IncidentCard | undefined;
  queue: readonly IncidentCard[];
  units: readonly Unit[];
  onIncident: (id: string) => void;
  onUnit: (u: Unit) => void;
}

export default function BoardMap(props: BoardMapProps) {
  const t = useTexts();
  const { acts, session } = useDesk();
  useLook(); // another look draws another map
  const base = useQuery({ queryKey: ["map"], queryFn: () => acts.map(), staleTime: 600_000 });
  const areas = useQuery({ queryKey: ["areas"], queryFn: () => acts.areas(), staleTime: 600_000 });
  const [map, made] = useState<LibreMap | null>(null);
  const [broken, breaks] = useState(false);
  const [drawn, draw] = useState(false);
  const room = useRef<HTMLDivElement>(null);
  const light = document.documentElement.classList.contains("light");
  const ready = base.data !== undefined && areas.data !== undefined;

  // biome-ignore lint/correctness/useExhaustiveDependencies: another look or another base map is another map
  useEffect(() => {
    const el = room.current;
    if (!el || !ready || !base.data) return;
    let gone = false;
    let made1: LibreMap | null = null;
    const c = colours();
    void baseLayers(base.data, c)
      .then((b) => {
        if (gone) return;
        const at = session.office.at;
        made1 = new LibreMap({
          container: el,
          style: {
            version: 8,
            sources: {
              ...b.sources,
              areas: { type: "geojson", data: areas.data as never },
              incidents: { type: "geojson", data: empty },
              units: { type: "geojson", data: empty, cluster: true, clusterRadius: 28, clusterMaxZoom: 15 },
            },
            layers: [
              { id: "ground", type: "background", paint: { "background-color": c.ground } },
              ...b.layers,
              {
                id: "areas",
                type: "fill",
                source: "areas",
                paint: {
                  "fill-color": c.area,
                  "fill-opacity": ["case", ["==", ["get", "office"], session.office.id], 0.1, 0.03],
                },
              },
              {
                id: "borders",
                type: "line",
                source: "areas",
                paint: { "line-color": c.border, "line-width": 1.2, "line-dasharray": [4, 3] },
              },
              {
                id: "incidents",
                type: "circle",
                source: "incidents",
                paint: {
                  "circle-radius": ["case", ["get", "chosen"], 11, 7],
                  "circle-color": ["get", "colour"],
                  "circle-stroke-color": c.ink,
                  "circle-stroke-width": ["case", ["get", "chosen"], 3, 1.5],
                },
              },
              {
                id: "units",
                type: "circle",
                source: "units",
                paint: {
                  "circle-radius": [
                    "case",
                    ["has", "point_count"],
                    ["min", 18, ["+", 6, ["sqrt", ["get", "point_count"]]]],
                    5,
                  ],
                  "circle-color": ["case", ["has", "point_count"], c.border, ["get", "colour"]],
                  "circle-stroke-color": c.ground,
                  "circle-stroke-width": 1.5,
                },
              },
            ],
          },
          center: at ? [at.lng, at.lat] : [117, -1],
          zoom: 11,
          attributionControl: false,
          dragRotate: false,
          pitchWithRotate: false,
          touchPitch: false,
          renderWorldCopies: false,
          fadeDuration: 0,
          pixelRatio: 1, // an old PC fills a quarter of the points
          canvasContextAttributes: { antialias: false, powerPreference: "low-power" },
        });
        made1.keyboard.disable(); // the arrows choose incidents; the lists are the keyboard's way
        made1.getCanvas().tabIndex = -1;
        made1.touchZoomRotate.disableRotation();
        made1.on("click", "incidents", (e) => {
          const id = e.features?.[0]?.properties.id;
          if (id) props.onIncident(String(id));
        });
        const m = made1;
        m.once("load", () => !gone && made(m));
      })
      .catch(() => breaks(true));
    return () => {
      gone = true;
      made(null);
      made1?.remove();
    };
  }, [ready, base.data, light]);

  return (
    <div className="map" data-testid="map" data-drawn={drawn}>
      {broken ? (
        <p className="dim pad" data-testid="map-broken">
          {t.board.mapFail}
        </p>
      ) : (
        <>
          <div className="room" ref={room} aria-hidden="true" />
          <span className="hidden">{t.board.mapLabel}</span>
          {base.data?.kind === "" && <span className="hint">{t.board.mapNone}</span>}
          {map && <Shown map={map} onDrawn={() => draw(true)} {...props} />}
        </>
      )}
    </div>
  );
}

/** Puts what is now onto the map. */
function Shown({
  map,
  onDrawn,
  card,
  queue,
  units,
  onIncident,
  onUnit,
}: BoardMapProps & { map: LibreMap; onDrawn: () => void }) {
  const positions = usePositions();
  const now = useNow(5000);
  const latest = useRef({ onIncident, onUnit });
  latest.current = { onIncident, onUnit };
  const markers = useRef(new Map<string, Marker>());
  const c = colours();

  useEffect(() => {
    const features = queue
      .filter((i) => i.at)
      .map((i) => ({
        type: "Feature" as const,
        geometry: { type: "Point" as const, coordinates: [i.at!.lng, i.at!.lat] },
        properties: {
          id: i.id,
          chosen: i.id === card?.id,
          colour: look(i, now) === "late" ? c.bad : look(i, now) === "soon" ? c.warn : c.blue,
        },
      }));
    features.sort((a, b) => Number(a.properties.chosen) - Number(b.properties.chosen));
    (map.getSource("incidents") as GeoJSONSource | undefined)?.setData({ type: "FeatureCollection", features });
  }, [map, queue, card?.id, now, c]);

  useEffect(() => {
    const known = units.flatMap((u) => {
      const p = positions.get(u.id);
      return p && u.status !== "OFF" ? [[u, p] as const] : [];
    });
    const few = known.length <= labelled;
    (map.getSource("units") as GeoJSONSource | undefined)?.setData({
      type: "FeatureCollection",
      features: few
        ? []
        : known.map(([u, p]) => ({
            type: "Feature" as const,
            geometry: { type: "Point" as const, coordinates: [p.at.lng, p.at.lat] },
            properties: { colour: unitColour(u, c) },
          })),
    });
    const wanted = new Set<string>();
    if (few) {
      for (const [u, p] of known) {
        wanted.add(u.id);
        let m = markers.current.get(u.id);
        if (!m) {
          const el = document.createElement("div"); // for the mouse: the list is the keyboard's way
          m = new Marker({ element: el, anchor: "bottom", offset: [0, -4] }).setLngLat([p.at.lng, p.at.lat]).addTo(map);
          markers.current.set(u.id, m);
        } else m.setLngLat([p.at.lng, p.at.lat]);
        const el = m.getElement();
        const old = now - Date.parse(p.time) > 120_000;
        el.className = `unit-mark ${u.panic ? "panic" : u.job ? "busy" : "free"} ${old ? "old" : ""} maplibregl-marker`;
        if (el.textContent !== u.sign) el.textContent = u.sign;
        el.onclick = () => latest.current.onUnit(u);
      }
    }
    for (const [id, m] of markers.current) {
      if (wanted.has(id)) continue;
      m.remove();
      markers.current.delete(id);
    }
  }, [map, units, positions, now, c]);

  // biome-ignore lint/correctness/useExhaustiveDependencies: once for each map
  useEffect(() => void map.once("idle", onDrawn), [map]);

  // The chosen incident comes into sight, with the units that may go there.
  const at = card?.at;
  const near = useRef(positions);
  near.current = positions;
  // biome-ignore lint/correctness/useExhaustiveDependencies: once for each incident; units that move don't move the map
  useEffect(() => {
    const box = new LngLatBounds();
    if (at) box.extend([at.lng, at.lat]);
    for (const u of units) {
      const p = near.current.get(u.id);
      if (!p || (at && Math.abs(p.at.lat - at.lat) + Math.abs(p.at.lng - at.lng) > 0.12)) continue;
      box.extend([p.at.lng, p.at.lat]);
    }
    if (!box.isEmpty()) map.fitBounds(box, { padding: 40, maxZoom: 14.5, animate: false });
  }, [map, card?.id, at?.lat, at?.lng]);

  return null;
}

function unitColour(u: Unit, c: Colours): string {
  return u.panic ? c.bad : u.job ? c.blue : c.ok;
}
