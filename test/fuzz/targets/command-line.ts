/** Arguments of the command line, up to the settings that a command would work with; no command runs that writes. */
import { Command, CommanderError } from 'commander';
import { registerBuiltins } from '../../../src/builtin.js';
import { addCompare } from '../../../src/cli/compare.js';
import { addCompletion } from '../../../src/cli/completion.js';
import { ExitWith } from '../../../src/cli/exit.js';
import { addListModels } from '../../../src/cli/list-models.js';
import { addRuns } from '../../../src/cli/runs.js';
import { addTrain } from '../../../src/cli/train.js';
import { addTune } from '../../../src/cli/tune.js';
import { seedsIn } from '../seeds.js';
import type { Target } from '../target.js';

const READ_ONLY = ['list-models', 'completion', 'runs', 'help'];

function argumentsOf(input: Uint8Array): string[] {
  try {
    const value: unknown = JSON.parse(Buffer.from(input).toString());
    const all = Array.isArray(value) ? value : [value];
    // A process is given text without NUL, and not without end.
    return all.map((item) =>
      (typeof item === 'string' ? item : JSON.stringify(item)).replaceAll('\0', '').slice(0, 100_000),
    );
  } catch {
    return [];
  }
}

/** Settings are explained, nothing is trained: whatever follows `--` would take the flag's place. */
const harmless = ([command, ...rest]: string[]): string[] =>
  READ_ONLY.includes(command)
    ? [command, ...rest]
    : [
        command,
        '--explain-config',
        ...rest.filter((one) => one !== '--' && !/^--(no-)?explain|^--resume|^-h$|^--help/.test(one)),
      ];

async function command(args: string[]): Promise<void> {
  const quiet = { writeOut: () => {}, writeErr: () => {} };
  const program = new Command('holdfast').exitOverride().configureOutput(quiet);
  for (const add of [addTrain, addCompare, addTune, addRuns, addListModels, addCompletion]) add(program);
  for (const one of program.commands) one.exitOverride().configureOutput(quiet);
  await program.parseAsync(args, { from: 'user' });
}

export const COMMAND_LINE: Target = {
  name: 'command-line',
  reads: 'arguments of the command line',
  kind: 'json',
  anyPath: true,
  seeds: async () => seedsIn('command-line'),
  async run(input) {
    registerBuiltins();
    const args = argumentsOf(input);
    if (args.length === 0) return;
    const { write } = process.stdout;
    process.stdout.write = (() => true) as typeof write;
    try {
      await command(harmless(args));
    } catch (error) {
      if (!(error instanceof CommanderError || error instanceof ExitWith)) throw error;
    } finally {
      process.stdout.write = write;
    }
  },
};
