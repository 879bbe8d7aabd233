// Settings in the pages: YAML goes through the library's own schemas, JSON is JSON.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parse } from 'yaml';
import type { Block, Page } from './pages.js';

/** The library's own readers. */
export interface Readers {
  loadExperiment(file: string): Promise<unknown>;
  loadTrainingConfig(file: string): Promise<unknown>;
  modelParameters(name: string, options: { file: string; variant?: string }): Promise<Record<string, unknown>>;
  modelOf(name: string): Promise<new (config: never) => unknown>;
}

/** Problems of a `yaml` or `json` block. */
export async function checkSettings(page: Page, block: Block, readers: Readers): Promise<string[]> {
  const text = block.lines.join('\n');
  const at = `${page.path}:${block.start}`;
  try {
    if (block.language === 'json') JSON.parse(text);
    else await checkYaml(text, readers);
    return [];
  } catch (error) {
    return [`${at}: ${(error as Error).message}`];
  }
}

async function checkYaml(text: string, readers: Readers): Promise<void> {
  const content = parse(text);
  const folder = mkdtempSync(join(tmpdir(), 'holdfast-docs-'));
  const file = join(folder, 'settings.yaml');
  writeFileSync(file, text);
  try {
    if ('models' in content) await readers.loadExperiment(file);
    else if ('params' in content || 'variants' in content) {
      const Model = await readers.modelOf(content.name);
      for (const variant of [undefined, ...Object.keys(content.variants ?? {})])
        new Model((await readers.modelParameters(content.name, { file, variant })) as never);
    } else await readers.loadTrainingConfig(file);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
