import type { Plugin } from 'vite';

const order = '@layer tokens, base, components, pages, motion;';

/**
 * Puts the order of the cascade layers, what comes later wins, at the head of every style sheet: it counts where a layer
 * is first named, and which page's styles load first is the bundler's choice.
 */
export function layerOrder(): Plugin {
  return {
    name: 'viva-layer-order',
    enforce: 'pre',
    transform: { filter: { id: /\.css$/ }, handler: (code) => `${order}\n${code}` },
  };
}
