import { findSkills } from './skills.ts';

/** What plain rules can tell about a job and a candidate. Phrases are copied from the texts, shortened. */
export interface JobProfile {
  title: string | null;
  skills: string[];
  duties: string[];
  projects: string[];
  employers: string[];
}

const titlePatterns = [
  /(?:job title|position|role|stelle|puesto)\s*:\s*([^\n.,;]{3,60})/iu,
  /(?:looking for|hiring|seeking|searching for|join us as|join our team as|need|as)\s+(?:an?|our next|our)\s+([^\n.,;:!()]{3,60}?)(?=\s+(?:to|who|for|with|in|at|that|on)\b|[\n.,;:!()]|$)/iu,
  /(?:suchen|sucht|als)\s+(?:wir\s+)?(?:ab sofort\s+)?(?:einen?|eine)\s+([^\n.,;:!(]{3,60}?)(?=\s+(?:mit|für|in|der|die|zur|zum)(?!\p{L})|[\n.,;:!(]|$)/iu,
  /(?:buscamos|se busca|busca)\s+(?:una?\s+)?([^\n.,;:!(]{3,60}?)(?=\s+(?:con|para|en|que)(?!\p{L})|[\n.,;:!(]|$)/iu,
];

function findTitle(text: string): string | null {
  for (const pattern of titlePatterns) {
    const title = pattern.exec(text)?.[1]?.trim();
    if (title) return shorten(title, 60);
  }
  const heading =
    text
      .split('\n')
      .find((line) => line.trim())
      ?.trim() ?? '';
  const isHeading = heading.split(/\s+/).length <= 7 && heading.length <= 60 && !/[.!?]$/.test(heading);
  return isHeading && heading ? heading.replace(/^#+\s*/, '') : null;
}

/** Cuts at a word, on one line, without quotation marks, so that a phrase can stand inside quotes. */
function shorten(text: string, length: number): string {
  const line = text
    .replace(/\s+/gu, ' ')
    .replace(/["“”„«»]/gu, '')
    .replace(/[.;,:]+$/u, '')
    .trim();
  if (line.length <= length) return line;
  return `${line.slice(0, length).replace(/\s+\S*$/u, '')} …`;
}

const duty =
  /^\s*[-*•–·]\s+(.+)$|(?:you will|you'll|responsible for|your tasks?:?|sie werden|ihre aufgaben:?|tus funciones:?|usted)\s+([^.\n;]{10,140})/gimu;

function findDuties(text: string): string[] {
  const duties = [...text.matchAll(duty)].map((match) => shorten(match[1] ?? match[2] ?? '', 90));
  return unique(duties.filter((phrase) => phrase.split(' ').length >= 3)).slice(0, 6);
}

const projectLine =
  /(?:built|developed|led|launched|migrated|designed|introduced|managed|created|implemented|organi[sz]ed|entwickelt|geleitet|eingeführt|aufgebaut|desarroll|lider|implement|proyecto|projekt|project)/iu;

function findProjects(cv: string): string[] {
  const lines = cv.split(/\n|(?<=[.!?])\s+/u).map((line) => line.replace(/^\s*[-*•–·]\s*/u, '').trim());
  const projects = lines.filter((line) => projectLine.test(line) && line.split(/\s+/).length >= 4);
  return unique(projects.map((line) => shorten(line, 90))).slice(0, 4);
}

const employer = /(?<!\p{L})(?:at|bei|en|@)\s+(\p{Lu}[\p{L}\d&.-]*(?:\s+\p{Lu}[\p{L}\d&-]*){0,2})/gu;

function unique(phrases: string[]): string[] {
  return [...new Set(phrases.filter(Boolean))];
}

export function readJobProfile(jobDescription: string, cv: string | null): JobProfile {
  const employers = [...(cv ?? '').matchAll(employer)].map((match) => shorten(match[1] ?? '', 40));
  const asked = findSkills(jobDescription);
  return {
    title: findTitle(jobDescription),
    skills: asked.length > 0 ? asked : findSkills(cv ?? ''),
    duties: findDuties(jobDescription),
    projects: findProjects(cv ?? ''),
    employers: unique(employers).slice(0, 3),
  };
}
