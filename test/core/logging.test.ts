import { describe, expect, it } from 'vitest';
import { ConfigError, InvalidInputError } from '../../src/core/errors.js';
import { inSpan, jsonLogger, type LogLevel } from '../../src/core/logging.js';

const lines = (level?: LogLevel) => {
  const written: string[] = [];
  const logger = jsonLogger({ level, write: (line) => written.push(line), clock: () => 'now' });
  return { written, logger };
};

describe('jsonLogger', () => {
  it('writes a line of JSON for each message of its level and above', () => {
    const { written, logger } = lines('warn');
    logger.info('not this');
    logger.error('this', { runId: 'r' });
    expect(written).toEqual(['{"time":"now","level":"error","message":"this","fields":{"runId":"r"}}']);
  });

  it('stays one line whatever it is given', () => {
    const { written, logger } = lines();
    const cause = new InvalidInputError('bad\nline', { details: { password: 'x' } });
    logger.info('a\nb', { cause, big: 12n, none: Number.NaN, rows: new Float32Array(3) });
    expect(written).toHaveLength(1);
    expect(written[0]).not.toContain('\n');
    expect(written[0]).not.toContain('password');
    expect(JSON.parse(written[0]).fields).toEqual({
      cause: { name: 'InvalidInputError', code: 'INVALID_INPUT', message: 'bad\nline' },
      big: '12',
      none: 'NaN',
      rows: 'Float32Array(12 bytes)',
    });
  });

  it('refuses an unknown level', () => {
    expect(() => jsonLogger({ level: 'loud' as LogLevel })).toThrow(ConfigError);
  });
});

describe('inSpan', () => {
  it('gives what the work gives, and throws what it throws', async () => {
    expect(await inSpan('a', {}, async () => 3)).toBe(3);
    await expect(inSpan('a', {}, () => Promise.reject(new Error('b')))).rejects.toThrow('b');
  });
});
