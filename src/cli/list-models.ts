/** `holdfast list-models`. */
import type { Command } from 'commander';
import { textTable } from '../core/text-table.js';
import { ModelRegistry } from '../model/registry.js';

export function addListModels(program: Command): void {
  program
    .command('list-models')
    .description('list the registered models')
    .option('--family <name>', 'only this family')
    .option('--json', 'print JSON')
    .action(({ family, json }: { family?: string; json?: boolean }) => {
      const models = ModelRegistry.list({ family });
      if (json) {
        process.stdout.write(`${JSON.stringify(models, null, 2)}\n`);
        return;
      }
      const rows = models.map((m) => [
        m.name,
        m.family,
        m.inputMode,
        m.tasks.join(', '),
        m.complexity,
        m.gpuCapable ? 'yes' : 'no',
      ]);
      process.stdout.write(`${textTable(['model', 'family', 'input', 'tasks', 'complexity', 'gpu'], rows)}\n`);
    });
}
