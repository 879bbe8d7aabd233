/** Nothing of a holdout can be read before it is unlocked, and unlocking needs a reason. */
import { PreprocessingPipeline, type Split, type TimeSeriesDataContainer } from '../../../src/index.js';

declare const container: TimeSeriesDataContainer;
declare function evaluate(rows: Split<'holdout'>): void;

container.holdout.X; // error: TS2339
container.holdout.y; // error: TS2339
container.holdout.weights; // error: TS2339
container.holdout.times; // error: TS2339
container.holdout.labelEnds; // error: TS2339
container.holdout.groups; // error: TS2339
container.holdout.rowIds; // error: TS2551
container.toSequences(3).holdout.X; // error: TS2339
evaluate(container.holdout); // error: TS2345
new PreprocessingPipeline().transform(container.holdout); // error: TS2769
container.holdout.unlock(); // error: TS2554
container.holdout.unlock({}); // error: TS2345
container.holdout.unlock({ by: 'me' }); // error: TS2345
container.holdout.locked = false; // error: TS2540
container.holdout.unlocks.push({ reason: 'none', by: 'me', at: '' }); // error: TS2339
