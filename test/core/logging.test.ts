import { describe, expect, it } from 'vitest';
import { ConfigError, InvalidInputError } from '../../src/core/errors.js';
import { jsonLogger, type Logger, type LogLevel, logOf, textLogger } from '../../src/core/logging.js';

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

describe('textLogger', () => {
  it('writes a line for people, and nothing that a terminal would obey', () => {
    const written: string[] = [];
    const logger = textLogger({ write: (line) => written.push(line), clock: () => 'now' });
    logger.warn('odd\nname', { run: 'a b', rows: 3, esc: '\u001b[2J' });
    expect(written).toEqual(['now warn  odd name run="a b" rows=3 esc= [2J']);
  });
});

describe('secrets', () => {
  const secrets = {
    url: 'postgresql://mira:hunter2@host/db?password=hunter2',
    header: 'Authorization: Bearer hunter2hunter2',
    password: 'hunter2',
    accessToken: 'hunter2',
    nested: [{ apiKey: 'hunter2' }],
    cause: new Error('https://mira:hunter2@host failed'),
  };

  it('are in no line', () => {
    const { written, logger } = lines();
    logger.error('cannot reach https://mira:hunter2@host/x', secrets);
    expect(written.join()).not.toContain('hunter2');
    expect(JSON.parse(written[0]).fields.url).toBe('postgresql://***@host/db?password=***');
  });

  it('are told to no logger of the user', () => {
    const told: unknown[] = [];
    const tell = (...args: unknown[]) => void told.push(args);
    logOf({ debug: tell, info: tell, warn: tell, error: tell }).info('token=x https://a:hunter2@b', secrets);
    expect(JSON.stringify(told)).not.toContain('hunter2');
  });

  it('what is none stays as it is', () => {
    const { written, logger } = lines();
    logger.info('a@b.c', { tokens: 3, url: 'https://host/a@b', maxTokens: 4, uri: 'file:///x/y' });
    expect(JSON.parse(written[0])).toMatchObject({
      message: 'a@b.c',
      fields: { tokens: 3, url: 'https://host/a@b', maxTokens: 4, uri: 'file:///x/y' },
    });
  });
});

describe('a logger of the user', () => {
  it('that throws ends nothing', () => {
    const broken = () => {
      throw new Error('disk full');
    };
    const log = logOf({ debug: broken, info: broken, warn: broken, error: broken });
    expect(() => log.error('x', { a: 1 })).not.toThrow();
  });

  it('that is none is refused', () => {
    expect(() => logOf({ info() {} } as unknown as Logger)).toThrow(ConfigError);
  });
});
