import { readFileSync } from 'node:fs';
import ts from 'typescript';
import { inRoot } from '../toolchain/paths.mjs';
import { describeExport } from './export-line.mjs';

/** The entries of the package that hold code, and its commands. */
export function entriesOfPackage() {
  const { name, exports, bin } = JSON.parse(readFileSync(inRoot('package.json'), 'utf8'));
  const entries = Object.entries(exports)
    .filter(([, target]) => target.types)
    .map(([path, { types }]) => ({ name: name + path.slice(1), file: inRoot(types.slice(2)) }));
  return { entries, commands: Object.keys(bin) };
}

/** Each entry's exports as Markdown, one line each. */
export function packageSurface({ entries, commands }) {
  const program = ts.createProgram(
    entries.map(({ file }) => file),
    {
      module: ts.ModuleKind.NodeNext,
      moduleResolution: ts.ModuleResolutionKind.NodeNext,
      skipLibCheck: true,
    },
  );
  const checker = program.getTypeChecker();
  const exportsOf = ({ file }) => {
    const source = program.getSourceFile(file);
    if (!source) throw new Error(`${file} is not there: npm run build makes it.`);
    return checker.getExportsOfModule(checker.getSymbolAtLocation(source)).map((symbol) => resolve(symbol));
  };
  const resolve = (symbol) =>
    symbol.flags & ts.SymbolFlags.Alias ? checker.getAliasedSymbol(symbol) : symbol;

  const known = new Set(entries.flatMap(exportsOf));
  const sections = entries.map((entry) => {
    const lines = exportsOf(entry)
      .toSorted((a, b) => (a.name < b.name ? -1 : 1))
      .map((symbol) => describeExport(symbol, checker, known));
    return `## \`${entry.name}\`\n\n${lines.join('\n')}\n`;
  });
  return `${sections.join('\n')}\n## Commands\n\n${commands.map((name) => `- \`npx ${name}\``).join('\n')}\n`;
}
