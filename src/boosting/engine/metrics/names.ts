/** Metrics by the names that the libraries know them by: what `metric`, `eval_metric` and `custom_metric` of their users say. */
import { ConfigError } from '../../../core/errors.js';
import { nearest } from '../../../core/text.js';
import { CATBOOST_METRICS } from './catboost-names.js';
import { LIGHTGBM_METRICS } from './lightgbm-names.js';
import type { MetricDefaults, NamedMetrics } from './named-metric.js';
import type { MetricSpec } from './spec.js';
import { XGBOOST_METRICS } from './xgboost-names.js';

export type MetricLibrary = 'lightgbm' | 'xgboost' | 'catboost';

const LIBRARIES: Readonly<Record<MetricLibrary, { metrics: NamedMetrics; separator: RegExp }>> = {
  lightgbm: { metrics: LIGHTGBM_METRICS, separator: /$^/ },
  xgboost: { metrics: XGBOOST_METRICS, separator: /@/ },
  catboost: { metrics: CATBOOST_METRICS, separator: /:\w+=/ },
};

/** Every name a library's metric goes by, main names and aliases. */
export function metricNames(library: MetricLibrary): string[] {
  return Object.entries(LIBRARIES[library].metrics).flatMap(([name, { aliases = [] }]) => [name, ...aliases]);
}

/**
 * The metric a library calls `name`. Its spec's `name` is the library's main name, with the number given.
 *
 * @throws ConfigError naming the nearest metric when there is none, or when the number behind the name is no number
 */
export function metricNamed(library: MetricLibrary, name: string, defaults: MetricDefaults = {}): MetricSpec {
  const { metrics, separator } = LIBRARIES[library];
  const [head, tail, ...more] = name.trim().split(separator);
  const plain = (text: string): string => (library === 'catboost' ? text.toLowerCase() : text);
  const found = Object.entries(metrics).find(
    ([main, { aliases = [] }]) => plain(main) === plain(head) || aliases.some((alias) => plain(alias) === plain(head)),
  );
  if (!found || more.length > 0) throw unknownMetric(library, name);
  const [main, metric] = found;
  if (tail === undefined) return { name: main, ...metric.spec(defaults, undefined) };
  const given = Number(tail);
  if (!metric.takesNumber || tail === '' || !Number.isFinite(given)) {
    throw new ConfigError(`${library}: metric '${name}' has '${tail}' behind its name`, {
      hint: metric.takesNumber ? 'A number belongs there.' : `'${main}' takes no number.`,
      details: { metric: name },
    });
  }
  return { name: name.trim(), ...metric.spec(defaults, given) };
}

function unknownMetric(library: MetricLibrary, name: string): ConfigError {
  const names = metricNames(library);
  const close = nearest(name, names);
  return new ConfigError(`${library}: there is no metric '${name}'`, {
    hint: close ? `Did you mean '${close}'?` : `Metrics: ${names.join(', ')}.`,
    details: { metric: name, nearest: close, metrics: names },
  });
}
