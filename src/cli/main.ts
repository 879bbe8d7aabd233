#!/usr/bin/env node
/** `holdfast`: the command line. Exit codes: 0 fine, 1 failed, 2 wrong use. */
import { Command, CommanderError } from 'commander';
import { registerBuiltins } from '../builtin.js';
import { HoldfastError } from '../core/errors.js';
import { LIBRARY_VERSION } from '../core/version.js';
import { addListModels } from './list-models.js';
import { addTrain } from './train.js';

/** Errors of what was asked for, as opposed to failures while doing it. */
const WRONG_USE = new Set(['CONFIG', 'INVALID_INPUT', 'MISSING_DEPENDENCY']);

async function main(): Promise<number> {
  registerBuiltins();
  const program = new Command('holdfast')
    .description('Train machine-learning models on time-series and tabular data, with strict splits.')
    .version(LIBRARY_VERSION)
    .showHelpAfterError('(holdfast --help shows the usage)')
    .exitOverride();
  addTrain(program);
  addListModels(program);
  for (const command of program.commands) command.exitOverride();
  try {
    await program.parseAsync();
    return 0;
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : 2;
    if (!(error instanceof HoldfastError)) throw error;
    const json = process.argv.includes('--json');
    if (json)
      process.stdout.write(
        `${JSON.stringify({ error: { code: error.code, name: error.name, message: error.message, hint: error.hint } })}\n`,
      );
    process.stderr.write(`${error.name}: ${error.message}\n${error.hint ? `  ${error.hint}\n` : ''}`);
    return WRONG_USE.has(error.code) ? 2 : 1;
  }
}

// A reader that closes early (`holdfast ... | head`) is no failure of ours.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code === 'EPIPE') process.exit(0);
  throw error;
});

process.exitCode = await main();
