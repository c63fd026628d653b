/** What a form said. Its boundary, which every client chooses anew, is no part of it. */
export interface FormContent {
  fields: Map<string, string>;
  /** Lower-case hex SHA-256 of its file. */
  sha256: string;
}

export const formText = ({ fields, sha256 }: FormContent): string =>
  JSON.stringify([[...fields].toSorted(([one], [other]) => (one < other ? -1 : 1)), sha256]);
