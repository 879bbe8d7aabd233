/** `holdfast list-models`. */
import type { Command } from 'commander';
import { textTable } from '../core/text-table.js';
import { ModelRegistry } from '../model/registry.js';
import { type OutputFlags, outputFlags } from './flags.js';
import { print, withHeader } from './print.js';

export function addListModels(program: Command): void {
  outputFlags(
    program
      .command('list-models')
      .description('list the registered models')
      .option('--family <name>', 'only this family'),
  )
    .addHelpText('after', '\nExamples:\n  holdfast list-models --family neural\n  holdfast list-models --json')
    .action((flags: OutputFlags & { family?: string }) => {
      const models = ModelRegistry.list({ family: flags.family });
      const rows = models.map((m) => [
        m.name,
        m.family,
        m.inputMode,
        m.tasks.join(', '),
        m.complexity,
        m.gpuCapable ? 'yes' : 'no',
      ]);
      print(flags, models, (paint) =>
        withHeader(textTable(['model', 'family', 'input', 'tasks', 'complexity', 'gpu'], rows), paint),
      );
    });
}
