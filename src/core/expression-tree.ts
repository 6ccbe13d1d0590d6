// The tree that JSONata makes of an expression: its nodes, and a walk over them. Pure: no I/O.

/** A node of JSONata's tree after its second pass. What its type does not have is undefined. */
export interface Node {
  readonly type: string;
  readonly value?: unknown;
  readonly position?: number;
  readonly lhs?: Node | readonly (readonly [Node, Node])[];
  readonly rhs?: Node;
  readonly expression?: Node;
  readonly expressions?: readonly Node[];
  readonly steps?: readonly Node[];
  readonly stages?: readonly Stage[];
  readonly predicate?: readonly Stage[];
  readonly terms?: readonly { readonly expression: Node }[];
  readonly group?: { readonly lhs: readonly (readonly [Node, Node])[] };
  readonly arguments?: readonly Node[];
  readonly procedure?: Node;
  readonly body?: Node;
  readonly signature?: { readonly definition: string };
  readonly condition?: Node;
  readonly then?: Node;
  readonly else?: Node;
  readonly pattern?: Node;
  readonly update?: Node;
  readonly delete?: Node;
  /** Names that are given to a step's value and position by @ and #. */
  readonly focus?: string;
  readonly index?: string;
  readonly keepArray?: boolean;
  readonly keepSingletonArray?: boolean;
}

/** A filter in brackets, or a name for the position. */
interface Stage {
  readonly type: string;
  readonly value?: unknown;
  readonly expr?: Node;
}

/** The nodes that see another context than their parent: filters, terms of a sort, later steps, values of a grouping. */
export function innerNodes(node: Node): readonly Node[] {
  const stages = [...(node.stages ?? []), ...(node.predicate ?? [])].flatMap(({ expr }) => expr ?? []);
  const terms = (node.terms ?? []).map(({ expression }) => expression);
  return [...stages, ...terms, ...(node.steps?.slice(1) ?? []), ...(node.group?.lhs.flat() ?? [])];
}

/** The nodes that see the same context as their parent. */
export function outerNodes(node: Node): readonly Node[] {
  const operands = [node.lhs ?? [], node.rhs ?? []].flat(2) as readonly Node[];
  const { expression, procedure, condition } = node;
  const single = [expression, procedure, condition, node.then, node.else].filter((each) => each !== undefined);
  const first = node.steps?.slice(0, 1) ?? [];
  return [...operands, ...single, ...(node.expressions ?? []), ...first, ...(node.arguments ?? [])];
}

/** What runs later, if at all: the body of a function, the clauses of a transformation. */
export function laterNodes(node: Node): readonly Node[] {
  return [node.body, node.pattern, node.update, node.delete].filter((each) => each !== undefined);
}

/** Calls `visit` with each node; a subtree below `maxLevels` is left out, and true is given. */
export function walk(root: Node, maxLevels: number, visit: (node: Node, inPath: boolean) => void): boolean {
  let tooDeep = false;
  const go = (node: Node, level: number, inPath: boolean): void => {
    if (level > maxLevels) {
      tooDeep = true;
      return;
    }
    visit(node, inPath);
    for (const child of outerNodes(node)) go(child, level + 1, inPath);
    for (const child of innerNodes(node)) go(child, level + 1, true);
    for (const child of laterNodes(node)) go(child, level + 1, inPath);
  };
  go(root, 1, false);
  return tooDeep;
}
