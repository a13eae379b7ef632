import ts from 'typescript';

const LONGEST_SIGNATURE = 120;

/** One line of Markdown: the signature and what the first sentence of the JSDoc says. */
export function describeExport(symbol, checker, known) {
  const signature = signatureOf(symbol, checker, known);
  const sentence = firstSentence(symbol, checker);
  return `- \`${signature}\`${sentence && `: ${sentence}`}`;
}

function signatureOf(symbol, checker, known) {
  const declaration = symbol.declarations.find((one) => !ts.isModuleDeclaration(one));
  if (ts.isClassDeclaration(declaration) || ts.isInterfaceDeclaration(declaration))
    return `${header(declaration)} { ${membersOf(symbol, checker, known)} }`.replace('{  }', '{}');
  return shortened(textOf(declaration).replace(/^export declare |^export |;$/g, ''));
}

/** `abstract class Name<T> extends Base` */
function header(declaration) {
  const text = textOf(declaration);
  return text.slice(0, text.indexOf(' {')).replace(/^export (declare )?/, '');
}

/** Members of exported bases are left out, but not those of bases that users never see. */
function membersOf(symbol, checker, known) {
  const type = checker.getDeclaredTypeOfSymbol(symbol);
  const inherited = new Set(exportedBases(type, checker, known).flatMap((base) => namesOf(base, checker)));
  const members = checker.getPropertiesOfType(type).filter((member) => {
    const owner = ownerOf(member, checker);
    return owner && !inherited.has(member.name) && (owner === symbol || !known.has(owner));
  });
  const names = (isWanted) =>
    members
      .filter((member) => isWanted(modifiersOf(member)))
      .map(nameOf)
      .join(', ');
  const open = names((flags) => !(flags & (ts.ModifierFlags.Private | ts.ModifierFlags.Protected)));
  const forSubclasses = names((flags) => flags & ts.ModifierFlags.Protected);
  return open + (forSubclasses && ` | ${forSubclasses}`);
}

function exportedBases(type, checker, known) {
  return (checker.getBaseTypes(type) ?? []).flatMap((base) =>
    known.has(base.symbol) ? [base] : exportedBases(base, checker, known),
  );
}

const namesOf = (type, checker) => checker.getPropertiesOfType(type).map(({ name }) => name);

/** The class or interface of this package that declares it, if it is one of this package. */
function ownerOf(member, checker) {
  const declaration = member.declarations?.[0];
  if (!declaration || declaration.getSourceFile().fileName.includes('/node_modules/')) return undefined;
  const parent = ts.isParameter(declaration) ? declaration.parent.parent : declaration.parent;
  return parent.name ? checker.getSymbolAtLocation(parent.name) : parent.symbol;
}

const modifiersOf = (member) => ts.getCombinedModifierFlags(member.declarations[0]);

function nameOf(member) {
  const isCalled = member.flags & ts.SymbolFlags.Method;
  return `${member.name}${isCalled ? '()' : ''}${member.flags & ts.SymbolFlags.Optional ? '?' : ''}`;
}

/** Without comments, on one line. */
function textOf(declaration) {
  const statement = ts.isVariableDeclaration(declaration) ? declaration.parent.parent : declaration;
  const printer = ts.createPrinter({ removeComments: true });
  const text = printer.printNode(ts.EmitHint.Unspecified, statement, statement.getSourceFile());
  return text.replaceAll(/\s+/g, ' ');
}

const shortened = (text) =>
  text.length > LONGEST_SIGNATURE ? `${text.slice(0, LONGEST_SIGNATURE - 1).trimEnd()}…` : text;

function firstSentence(symbol, checker) {
  const comment = ts
    .displayPartsToString(symbol.getDocumentationComment(checker))
    .replaceAll(/\{@link ([^}]+?) *\}/g, '`$1`');
  const [paragraph = ''] = comment.split('\n\n');
  const text = paragraph.replaceAll(/\s+/g, ' ').trim();
  if (text.startsWith('- ')) return ''; // a list of its cases
  return /^.*?\.(?=\s|$)/.exec(text)?.[0] ?? text;
}
