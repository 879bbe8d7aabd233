/** Prints the trainings that `make-neural-golden.py` does in PyTorch. */
import { describeCases } from '../neural/graph/pytorch-cases.js';

process.stdout.write(JSON.stringify(describeCases()));
