#!/usr/bin/env node
/** `holdfast`: the command line. Exit codes: 0 fine, 1 failed, 2 wrong use, 3 refused by a gate, 130 interrupted. */
import { Command, CommanderError } from 'commander';
import { registerBuiltins } from '../builtin.js';
import { HoldfastError } from '../core/errors.js';
import { LIBRARY_VERSION } from '../core/version.js';
import { paint } from './colour.js';
import { addCompare } from './compare.js';
import { addCompletion } from './completion.js';
import { ExitWith } from './exit.js';
import { INTERRUPTED } from './interrupt.js';
import { addListModels } from './list-models.js';
import { addModelVersions } from './model-versions.js';
import { addPredict } from './predict.js';
import { addReport } from './report.js';
import { addRunDatabase } from './run-database.js';
import { addRuns } from './runs.js';
import { addTrain } from './train.js';
import { addTune } from './tune.js';
import { addValidate } from './validate.js';

/** Errors of what was asked for, as opposed to failures while doing it. */
const WRONG_USE = new Set(['CONFIG', 'INVALID_INPUT', 'MISSING_DEPENDENCY']);
const REFUSED = new Set(['VALIDATION_GATE', 'QC_GATE_BLOCKED']);

function exitCode({ code }: HoldfastError): number {
  if (code === 'TRAINING_CANCELLED') return INTERRUPTED;
  if (REFUSED.has(code)) return 3;
  return WRONG_USE.has(code) ? 2 : 1;
}

async function main(): Promise<number> {
  registerBuiltins();
  const program = new Command('holdfast')
    .description('Train machine-learning models on time-series and tabular data, with strict splits.')
    .version(LIBRARY_VERSION)
    .showHelpAfterError('(holdfast --help shows the usage)')
    .addHelpText(
      'after',
      `
Exit codes: 0 fine, 1 failed, 2 wrong use, 3 refused by a gate, 130 interrupted.
Colours and progress are for terminals; NO_COLOR switches colours off, --quiet both.`,
    )
    .exitOverride();
  for (const add of [
    addTrain,
    addCompare,
    addTune,
    addPredict,
    addValidate,
    addReport,
    addRuns,
    addRunDatabase,
    addModelVersions,
    addListModels,
    addCompletion,
  ])
    add(program);
  for (const command of program.commands) command.exitOverride();
  try {
    await program.parseAsync();
    return 0;
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : 2;
    if (error instanceof ExitWith) return error.exitCode;
    if (!(error instanceof HoldfastError)) throw error;
    report(error);
    return exitCode(error);
  }
}

function report({ code, name, message, hint, details }: HoldfastError): void {
  if (process.argv.includes('--json')) {
    const failures = REFUSED.has(code) ? { details } : {};
    process.stdout.write(`${JSON.stringify({ error: { code, name, message, hint, ...failures } })}\n`);
  }
  const { red } = paint(process.stderr);
  process.stderr.write(`${red(`${name}:`)} ${message}\n${hint ? `  ${hint}\n` : ''}`);
}

// A reader that closes early (`holdfast ... | head`) is no failure of ours.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code === 'EPIPE') process.exit(0);
  throw error;
});

process.exitCode = await main();
