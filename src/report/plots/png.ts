/** SVG as PNG, by resvg: an optional package with prebuilt binaries, no browser. Text is drawn with the fonts of the system. */
import { loadOptional } from '../../core/optional.js';

/** Twice the pixels of the SVG: sharp on dense screens and in print. */
const SCALE = 2;

/** @throws MissingDependencyError - without @resvg/resvg-js */
export async function svgToPng(
  svg: string,
  background: string,
  load = () => import('@resvg/resvg-js'),
): Promise<Uint8Array> {
  const { Resvg } = await loadOptional('@resvg/resvg-js', 'A plot as PNG', load);
  const resvg = new Resvg(svg, {
    background,
    fitTo: { mode: 'zoom', value: SCALE },
    font: { loadSystemFonts: true, defaultFontFamily: 'DejaVu Sans', sansSerifFamily: 'DejaVu Sans' },
  });
  return new Uint8Array(resvg.render().asPng());
}
