/** The mode that the settings name. */
import { DartMode } from './dart.js';
import { ForestMode } from './forest.js';
import { GradientMode } from './gradient.js';
import type { BoostingMode, ModeInput } from './mode.js';

export function createMode(input: ModeInput): BoostingMode {
  switch (input.params.boosting) {
    case 'dart':
      return new DartMode(input);
    case 'rf':
      return new ForestMode(input);
    case 'gbdt':
      return new GradientMode(input);
  }
}
