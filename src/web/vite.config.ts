import { fileURLToPath } from 'node:url';
import react from '@vitejs/plugin-react';
import { defineConfig } from 'vite';
import { layerOrder } from './build/layer-order.ts';
import { precompress } from './build/precompress.ts';

const server = process.env.VIVA_URL ?? 'http://127.0.0.1:3001';
/** What the page asks of the server; `npm run web` passes it on to one that runs already. */
const serverPaths = ['/trpc', '/api', '/upload', '/audio', '/health'];

export default defineConfig({
  root: fileURLToPath(new URL('.', import.meta.url)),
  plugins: [layerOrder(), react(), precompress()],
  build: {
    outDir: fileURLToPath(new URL('../../dist/web', import.meta.url)),
    emptyOutDir: true,
    target: 'es2023',
    // Nothing inlined: the Content-Security-Policy lets no script come from a `data:` address.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    reportCompressedSize: false,
  },
  server: { proxy: Object.fromEntries(serverPaths.map((path) => [path, { target: server, ws: true }])) },
  logLevel: 'warn',
});
