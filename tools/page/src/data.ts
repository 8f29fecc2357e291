// What the page is given (tools/madsearch/page_data.h): the JSON that the commands print, with the fields that the page
// reads. Nothing here is computed that the program computes.

export interface Given {
  live: boolean;
  questions: string; // the folder of answers
  runs?: RunView[];
  across?: (Compared | Refused)[];
  effects?: (Effects | Refused)[];
}

/** Why the program has no answer about these runs. */
export interface Refused {
  runs: string[];
  problem: string;
}

/** What says how a design scored. */
export interface Scored {
  score?: number | null;
  score_low?: number | null;
  score_high?: number | null;
  seeds?: number;
  confirmed?: boolean;
  bits_per_byte?: number | null;
  text_bits?: number | null; // of the small pretraining beside the battery
  text_bits_low?: number | null;
  text_bits_high?: number | null;
  text_bits_recall?: number | null;
}

export interface FrontRow extends Scored {
  id: string;
  hash: string;
  text: string;
  state: number;
  parameters: number;
  origin: string;
  imported?: string | null;
  rival?: string | null;
  undecided?: boolean | null;
}

export interface Pretraining {
  id: string;
  hash: string;
  text: string;
  role: string;
  outcome: string;
  bits_per_byte: number | null;
  bits_per_byte_recall: number | null;
  learning_rate: number | null;
  parameters: number;
  tokens: number;
  state: number;
  message: string;
  data: string | null; // which text
  setup: string | null;
}

export interface Front {
  name: string;
  standing: string;
  evaluated: number;
  completed: number;
  hypervolume: number;
  box: string;
  protocol: string;
  battery: string;
  objectives: string[];
  state_length: number;
  length: number;
  confirmed: boolean;
  finished: boolean;
  reproducible: boolean;
  devices: string[]; // the kinds that trained
  exhausted: boolean;
  trouble: string; // why the last session could not go on
  scoring: number;
  front: FrontRow[];
  hand_designs: FrontRow[];
  better_than_hand_designs: string[];
  resolution: { difference: number; deviation: number; pairs: number } | null;
  control: { evaluations: number; of: number; hypervolume: number; search_first: number; search_last: number } | null;
  verdict: string;
  pretrained: Pretraining[];
  validation: {
    points: number;
    pairs: number;
    pairs_won: number;
    sign_test: number | null;
    rank_correlation: number | null;
    partial_rank_correlation: number | null;
  };
}

export interface Candidate extends Scored {
  id: string;
  text: string;
  origin: string;
  parents: string[];
  born: number;
  parameters: number;
  active_parameters: number;
  flops: number;
  served_state: number;
  served_state_mad: number;
  feasible?: boolean;
}

export interface TaskScore {
  score: number | null;
  settings: (number | null)[];
}

export interface Evaluation {
  number: number;
  hash: string;
  rung: string;
  seed_set: number;
  finished: boolean;
  outcome: string;
  score: number | null;
  test_score: number | null;
  core_seconds: number;
  retry: number;
  bits_per_byte?: number | null; // of the text beside the battery
  test_bits_per_byte?: number | null;
  imported?: string | null;
  tasks: Record<string, TaskScore> | null;
  ended?: number | null;
  trainings?: Training[];
}

export interface Training {
  evaluation?: number;
  task: string;
  setting: number;
  outcome: string;
  message: string;
  started: number | null;
  seconds: number | null;
  slot: number | null;
  device: string | null;
  host: string | null;
  validation_b?: number | null;
  test?: number | null;
  learning_rate?: number | null;
  edge?: boolean;
  steps?: number;
  curves?: Curve[] | null;
}

export interface Curve {
  learning_rate: number;
  weight_decay: number;
  looks: [number, number | null, number | null][]; // step, accuracy, loss
}

export interface Block {
  primitive: string;
  family: string | null;
  label: string | null;
  parameters: number;
  flops: number;
  state: number;
}

/** What `madsearch show` prints. */
export interface Shown extends Candidate {
  state_length: number;
  length: number;
  blocks: Block[];
  evaluations: Evaluation[];
}

/** Two designs in one number, on the seed sets that both had. */
export interface Paired {
  a: number;
  b: number;
  difference: number;
  margin: number | null;
  standard_error: number | null;
}

export interface PairedOn extends Paired {
  on: "new" | "fresh" | "fresh and new" | "search";
  seed_sets: number[];
  margin_of_one: number | null;
  tasks: (Paired & { task: string })[];
}

export interface ComparedDesign extends Scored {
  id: string;
  hash: string;
  run: string; // its folder
  state_length: number;
  text: string;
  state: number;
  parameters: number;
  flops: number;
  unscored: { on: string; seed_set: number; outcome: string }[];
}

/** What `madsearch compare` prints. */
export interface Compared {
  a: ComparedDesign;
  b: ComparedDesign;
  comparisons: PairedOn[];
  apart: boolean | null;
  verdict: string;
}

/** A design beside the one that is asked about. */
export interface Neighbour extends FrontRow {
  on: "fresh" | "search";
  seed_sets: number;
  difference: number;
  margin: number | null;
  standard_errors: number | null;
}

/** What `madsearch why` prints. */
export interface Why {
  hash: string;
  place: string;
  why: string;
  by: "fresh" | "search";
  dominated_by: Neighbour[];
  dominates: Neighbour[];
  dominates_count: number;
  bounds: { objective: string; sentence: string }[];
  rival: Neighbour | null;
  nearest: string;
  command: string;
}

interface Asked {
  id: string;
  text: string;
  battery: string;
  partial: boolean;
  seed_sets: number;
  score: number | null;
  state_length: number;
}

/** What `madsearch ablate` prints. */
export interface Ablated extends Asked {
  question: "ablate";
  parts: Part[];
}

/** A part of a design; without a problem, what it is worth. */
export interface Part {
  part: string;
  change: string;
  places: string[];
  problem: string | null;
  score?: number | null;
  worth?: number | null;
  worth_low?: number | null;
  worth_high?: number | null;
  part_state?: number;
  parameters?: number;
  active_parameters?: number;
  tasks?: Record<string, { worth: number | null; worth_low: number | null; worth_high: number | null }>;
}

/** What `madsearch neighbours` prints. */
export interface Neighbours extends Asked {
  question: "neighbours";
  edits: number;
  variants: Variant[];
  confirmed: { seed_sets: number; score: number | null; variants: Variant[] } | null;
}

export interface Variant {
  id: string;
  text: string;
  operators: string[];
  problem: string | null;
  score: number | null;
  difference: number | null;
  difference_low: number | null;
  difference_high: number | null;
  state: number;
  parameters: number;
}

export type Answer = Ablated | Neighbours;

/** What `madsearch effects` prints. */
export interface Effects {
  runs: string[];
  battery: string;
  protocol: string;
  designs: number;
  few: boolean;
  explained: Explained[];
  features: Feature[];
}

/** The share of the variance of a score that all features tell, and each group of them alone. */
export interface Explained {
  of: string;
  mean: number;
  explained: number;
  alone: Record<string, number>;
}

export interface Feature {
  group: string;
  name: string;
  on: Record<string, { effect: number; low: number; high: number; clear: boolean }>;
}

export interface RunView {
  folder: string;
  front: Front;
  planned: number | null;
  spent_seconds: number;
  pools: string[]; // who computed in the last session, a sentence a pool
  primitives: Record<string, string>;
  candidates: Candidate[];
  evaluations: Evaluation[];
  trainings: Training[];
  progress: { number: number; hypervolume: number; best: number | null }[];
  operators: { name: string; tried: number; succeeded: number }[];
  shown?: Record<string, Shown>;
  why?: Record<string, Why>;
  compared?: Compared[];
  questions?: Record<string, Answer[]>;
}
