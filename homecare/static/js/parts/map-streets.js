// Streets out of the operator's own PMTiles file. Without the file, or while it does not answer, the map is without them.
import { script } from "./classic-script.js";

const NAMED_BY_US = /^places_(country|region|locality)/;

/** The file's source and layers in our order; rejects where the file cannot be read. `again` are the layers of a theme. */
export async function streets(library, urls, theme) {
  await Promise.all([urls.pmtiles, urls.basemaps].map(script));
  const archive = new window.pmtiles.PMTiles(new URL(urls.streets, location.href).href);
  await archive.getHeader();
  const protocol = new window.pmtiles.Protocol();
  protocol.add(archive);
  library.addProtocol("pmtiles", protocol.tile);
  return {
    sources: { streets: { type: "vector", url: `pmtiles://${archive.source.getKey()}` } },
    layers: layers(theme),
    again: layers,
  };
}

/** Protomaps' layers without their glyphs and sprites: lines and fills as they are, names in our letters, and under ids
    of their own. Countries and towns have their names already. */
function layers(theme) {
  const flavour = window.basemaps.namedFlavor(theme === "dark" ? "dark" : "grayscale");
  const made = window.basemaps.layers("streets", flavour, { lang: "am" });
  return made.filter((layer) => layer.type !== "background" && !layer.layout?.["icon-image"] && !NAMED_BY_US.test(layer.id)).map((layer) => ({
    ...layer,
    id: `streets-${layer.id}`,
    layout: layer.type === "symbol" ? { ...layer.layout, "text-font": ["HC Medium", "system-ui"] } : layer.layout ?? {},
  }));
}
