/** A function that names its role cannot be given rows of another, and no split changes its role. */
import type { Matrix, Split, TimeSeriesDataContainer } from '../../../src/index.js';

declare const container: TimeSeriesDataContainer;
declare function fitOn(train: Split<'train'>): void;
declare function tuneOn(validation: Split<'validation'>): void;
declare function chooseOn(seen: Split<'train'> | Split<'validation'>): void;
declare function chooseBy(seen: Split<'train' | 'validation'>): void;

fitOn(container.test); // error: TS2345
fitOn(container.validation); // error: TS2345
tuneOn(container.test); // error: TS2345
chooseOn(container.test); // error: TS2345
chooseBy(container.test); // error: TS2345
tuneOn(container.holdout); // error: TS2345
tuneOn(container.holdout.unlock({ reason: 'final evaluation' })); // error: TS2345

export const train: Split<'train'> = container.test; // error: TS2322
export const renamed: Split<'train'> = { ...container.test }; // error: TS2322
export const anyRole: Split<'train'> = container.test as Split<'train' | 'test'>; // error: TS2322
container.test.role = 'train'; // error: TS2540
container.train = container.validation; // error: TS2540
container.train.X = container.test.X; // error: TS2540
export const cast = container.test as Split<'train'>; // error: TS2352
export const X: Matrix = container.toSequences(3).train.X; // error: TS2740
