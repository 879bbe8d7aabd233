import { checkPart } from './contract-part.js';

await checkPart(3);
