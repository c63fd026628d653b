/** Starts one peer by name, and says why when it cannot be loaded. */
import { endWithParent, settingsOf, tell } from '../servers/parent.ts';

const { peer } = settingsOf({ parse: (settings) => settings });
try {
  await import(`./${peer}.mjs`);
} catch (error) {
  endWithParent();
  tell({ failed: String(error).split('\n')[0] });
}
