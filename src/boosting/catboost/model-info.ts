/** The part of a CatBoost file that is not trees (`model_info`): loss, class labels, training options, and our own entry. */
import { shown } from '../../core/text.js';
import type { CatBoostFile } from './ensemble.js';
import { damaged } from './format.js';
import { parseJson } from './json-features.js';
import { asList, asObject, type JsonObject } from './json-values.js';
import { lossName, lossParameters, taskOfLoss } from './loss.js';

/** Our own entry, which CatBoost keeps and does not read. */
export const OWN_ENTRY = 'holdfast';

type Info = Pick<CatBoostFile, 'loss' | 'classLabels' | 'params' | 'categoryNames'>;

/** What `model_info` says; entries may be JSON texts (as in cbm files) or values. */
export function readModelInfo(info: JsonObject, outputs: number): Info {
  const params = optionalObject(info.params, 'params');
  const given = optionalObject(info.class_params, 'class_params');
  const named = asList(given?.class_names, 'class_params, class_names').map(readLabel);
  const loss = readLoss(params, info.loss_function) ?? guessLoss(outputs, named.length);
  const own = optionalObject(info[OWN_ENTRY], OWN_ENTRY);
  const classes = taskOfLoss(loss) === 'classification' ? Math.max(2, outputs) : 0;
  if (classes > 0 && outputs === 1 && lossName(loss).startsWith('MultiClass')) {
    throw damaged('params, loss_function', `${loss} with one output`);
  }
  if (classes > 0 && named.length > 0 && named.length !== classes) {
    throw damaged('class_params', `${named.length} labels for ${classes} classes`);
  }
  if (new Set(named).size !== named.length) throw damaged('class_params', 'a label occurs twice');
  return {
    loss,
    ...(classes === 0 ? {} : { classLabels: named.length > 0 ? named : Array.from({ length: classes }, (_, k) => k) }),
    ...(params ? { params } : {}),
    ...readNames(own),
  };
}

/** What `model_info` is written as: values for JSON, which cbm files hold as text. */
export function modelInfo(file: CatBoostFile, version: string): Record<string, unknown> {
  const { loss, classLabels, params, categoryNames } = file;
  return {
    catboost_version_info: `holdfast ${version}`,
    model_guid: '0-0-0-0',
    params: { ...params, loss_function: { type: lossName(loss), params: lossParameters(loss) } },
    ...(classLabels
      ? {
          class_params: {
            class_label_type: labelType(classLabels),
            class_names: classLabels,
            class_to_label: classLabels.map((_, k) => k),
            classes_count: 0,
          },
        }
      : {}),
    ...(categoryNames && categoryNames.size > 0
      ? { [OWN_ENTRY]: JSON.stringify({ categoryNames: Object.fromEntries(categoryNames) }) }
      : {}),
  };
}

function labelType(labels: readonly (number | string)[]): string {
  if (labels.some((label) => typeof label === 'string')) return 'String';
  return labels.every((label) => Number.isInteger(label)) ? 'Integer' : 'Float';
}

function optionalObject(value: unknown, part: string): JsonObject | undefined {
  if (value === undefined || value === null || value === '') return undefined;
  return asObject(typeof value === 'string' ? parseJson(value, part) : value, part);
}

function readLabel(label: unknown): number | string {
  if (typeof label === 'boolean') return label ? 1 : 0;
  if (typeof label === 'string' || (typeof label === 'number' && Number.isFinite(label))) return label;
  throw damaged('class_params, class_names', 'a label is neither number nor text');
}

function readLoss(params: JsonObject | undefined, fallback: unknown): string | undefined {
  const given = params?.loss_function ?? fallback;
  if (typeof given === 'string') return given;
  if (given === undefined || given === null) return undefined;
  const { type, params: options } = asObject(given, 'params, loss_function');
  if (typeof type !== 'string') throw damaged('params, loss_function', 'has no type');
  const pairs = Object.entries(options === undefined ? {} : asObject(options, 'params, loss_function'))
    .filter(([key]) => !key.startsWith('__'))
    .map(([key, value]) => `${key}=${shown(value)}`);
  return pairs.length > 0 ? `${type}:${pairs.join(';')}` : type;
}

/** Without training options the class labels tell. */
function guessLoss(outputs: number, labels: number): string {
  if (labels === 0) return 'RMSE';
  return outputs === 1 ? 'Logloss' : 'MultiClass';
}

function readNames(own: JsonObject | undefined): Pick<Info, 'categoryNames'> {
  if (own?.categoryNames === undefined) return {};
  const names = Object.entries(asObject(own.categoryNames, OWN_ENTRY)).map(([column, list]): [number, string[]] => {
    const texts = asList(list, OWN_ENTRY);
    if (!texts.every((text) => typeof text === 'string')) throw damaged(OWN_ENTRY, 'a category name is no text');
    return [Number(column), texts as string[]];
  });
  return { categoryNames: new Map(names) };
}
