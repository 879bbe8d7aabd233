import { describe, expect, it } from 'vitest';
import { ConfigError, InvalidInputError, MissingDependencyError } from '../../src/core/errors.js';
import { svgToPng } from '../../src/report/plots/png.js';
import { renderPlot } from '../../src/report/render-plot.js';
import { sampleReport } from './sample.js';

describe('renderPlot', () => {
  it('draws one plot with its title and legend, in light and in dark', async () => {
    const report = await sampleReport();
    const light = await renderPlot(report, 'roc');
    const dark = await renderPlot(report, 'roc', { theme: 'dark', width: 400 });
    expect(light).toContain('>ROC curve</text>');
    expect(light).toContain('width="720"');
    expect(dark).toContain('width="400"');
    expect(dark).not.toContain('#ffffff');
  });

  it('gives a PNG of twice the size', async () => {
    const png = await renderPlot(await sampleReport(), 'confusionMatrix', { format: 'png', width: 300 });
    const bytes = Buffer.from(png);
    expect(bytes.subarray(1, 4).toString()).toBe('PNG');
    expect(bytes.readUInt32BE(16)).toBe(600);
  });

  it('says which package a PNG needs where it is not installed', async () => {
    const absent = () => Promise.reject(Object.assign(new Error('not found'), { code: 'ERR_MODULE_NOT_FOUND' }));
    const failure = await svgToPng('<svg/>', '#fff', absent).catch((error: unknown) => error);
    expect(failure).toMatchObject({ name: MissingDependencyError.name, hint: 'npm install @resvg/resvg-js' });
  });

  it('says which plots a result has when it lacks one', async () => {
    const report = await sampleReport();
    await expect(renderPlot(report, 'shap')).rejects.toThrow(InvalidInputError);
    await expect(renderPlot(report, 'shap')).rejects.toMatchObject({ hint: expect.stringContaining('roc') });
    await expect(renderPlot(report, 'rok' as 'roc')).rejects.toThrow(ConfigError);
    await expect(renderPlot(report, 'roc', { width: 5 })).rejects.toThrow(ConfigError);
    await expect(renderPlot(report, 'roc', { format: 'jpg' as 'svg' })).rejects.toThrow(ConfigError);
  });
});
