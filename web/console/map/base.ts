// The base map that the office imported: vector or picture tiles in one PMTiles file, or GeoJSON. Nothing is asked of any
// other address. Files name their layers as they like, so they are drawn by what their names and shapes say.
import type { LayerSpecification, SourceSpecification } from "maplibre-gl";
import { addProtocol } from "maplibre-gl";
import { PMTiles, Protocol } from "pmtiles";
import type { MapInfo } from "../api/types";
import type { Colours } from "./colours";

export interface Base {
  sources: Record<string, SourceSpecification>;
  layers: LayerSpecification[];
}

let protocol: Protocol | null = null;

/** The sources and layers of a base map; none when nothing was imported. */
export async function baseLayers(m: MapInfo, c: Colours): Promise<Base> {
  if (m.kind === "") return { sources: {}, layers: [] };
  const url = new URL(m.url, location.origin).href;
  if (m.kind === "geojson") {
    return { sources: { base: { type: "geojson", data: url } }, layers: shapes("base", undefined, "", c) };
  }
  if (!protocol) {
    protocol = new Protocol();
    addProtocol("pmtiles", protocol.tile);
  }
  const file = new PMTiles(url);
  protocol.add(file);
  const zooms = { minzoom: m.minZoom, maxzoom: m.maxZoom };
  if (m.tileType !== "mvt") {
    return {
      sources: { base: { type: "raster", url: `pmtiles://${url}`, tileSize: 256, ...zooms } },
      layers: [
        { id: "base", type: "raster", source: "base", paint: { "raster-saturation": -0.5, "raster-fade-duration": 0 } },
      ],
    };
  }
  const meta = (await file.getMetadata()) as { vector_layers?: { id: string }[] };
  const layers = (meta.vector_layers ?? []).flatMap((l) => shapes("base", l.id, l.id, c));
  const rank = (l: LayerSpecification) => (l.type === "fill" ? 0 : 1);
  layers.sort((a, b) => rank(a) - rank(b)); // areas below, lines above
  return { sources: { base: { type: "vector", url: `pmtiles://${url}`, ...zooms } }, layers };
}

/** Layers for what a name means: water, green, roads; other areas are left out, other lines are thin. */
function shapes(source: string, layer: string | undefined, name: string, c: Colours): LayerSpecification[] {
  const from = layer === undefined ? { source } : { source, "source-layer": layer };
  const is = (...words: string[]) => words.some((w) => name.toLowerCase().includes(w));
  const water = is("water", "ocean", "sea", "laut", "air", "sungai", "river");
  const green = is("land", "park", "wood", "forest", "hutan", "green", "taman");
  const list: LayerSpecification[] = [];
  if (water || green || layer === undefined) {
    list.push({
      id: `${name}-area`,
      type: "fill",
      ...from,
      filter: ["==", ["geometry-type"], "Polygon"],
      paint: { "fill-color": water ? c.water : c.green, "fill-opacity": layer === undefined ? 0.5 : 1 },
    });
  }
  const road = is("road", "transport", "street", "highway", "jalan");
  if (!is("building", "bangunan", "poi", "place", "label", "name", "address")) {
    list.push({
      id: `${name}-line`,
      type: "line",
      ...from,
      filter: ["==", ["geometry-type"], "LineString"],
      paint: {
        "line-color": water ? c.water : c.road,
        "line-width": ["interpolate", ["linear"], ["zoom"], 8, 0.4, 13, road || layer === undefined ? 1.4 : 0.7, 17, 4],
      },
    });
  }
  return list;
}
