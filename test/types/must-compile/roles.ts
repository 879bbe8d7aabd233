/** A function that names its role cannot be given rows of another, and no split changes its role. */
import type { Matrix, Split, TimeSeriesDataContainer, Windows } from '../../../src/index.js';

declare const container: TimeSeriesDataContainer;
declare function fitOn(train: Split<'train'>): void;
declare function tuneOn(validation: Split<'validation'>): void;
declare function chooseOn(seen: Split<'train'> | Split<'validation'>): void;
declare function chooseBy(seen: Split<'train' | 'validation'>): void;

fitOn(container.train);
tuneOn(container.validation);
chooseOn(container.train);
chooseOn(container.validation);
chooseBy(container.validation);
fitOn({ role: 'train', X: container.train.X, y: new Float64Array(3) });

export const train: Split<'train'> = { ...container.train };
export const X: Matrix = container.train.X;
export const windows: Windows = container.toSequences(3).train.X;
