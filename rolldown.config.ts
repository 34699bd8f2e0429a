import { defineConfig, type Plugin } from 'rolldown'

// One small entry, and a chunk for every command and platform: only what a command uses is loaded.
export default defineConfig({
  input: { main: 'src/cli/main.ts' },
  platform: 'node',
  // Its build for Node is CommonJS, of which nothing can be left out.
  resolve: { alias: { yaml: `${import.meta.dirname}/node_modules/yaml/browser/dist/index.js` } },
  treeshake: { moduleSideEffects: [{ test: /node_modules\/yaml\//, sideEffects: false }] },
  plugins: [commanderWithoutExecutables()],
  output: {
    dir: 'dist',
    // What bin/bundle.js loads. An ES module is slower to find, and what was compiled of it cannot be kept.
    format: 'cjs',
    cleanDir: true,
    entryFileNames: '[name].cjs',
    chunkFileNames: 'chunks/[name]-[hash].cjs',
    comments: { jsdoc: false },
    minify: { compress: true, mangle: false, codegen: { removeWhitespace: false } },
  },
})

/** Commands in files of their own, which commander could start, do not exist here. */
function commanderWithoutExecutables(): Plugin {
  return {
    name: 'commander-without-executables',
    resolveId: (id, importer) =>
      id === 'node:child_process' && importer?.includes('/commander/') === true ? '\0no-executables' : null,
    load: (id) => (id === '\0no-executables' ? 'export default {}' : null),
  }
}
