/** Skills that job descriptions name, as they are usually written. Longer names come before those they contain. */
const knownSkills = (
  'TypeScript|JavaScript|Node.js|React Native|React|Next.js|Vue|Angular|Svelte|Python|Django|FastAPI|Java|Spring Boot|' +
  'Kotlin|Swift|Golang|Rust|C++|C#|.NET|PHP|Laravel|Ruby on Rails|Ruby|Scala|Elixir|PostgreSQL|MySQL|SQL|MongoDB|Redis|' +
  'Elasticsearch|Kafka|RabbitMQ|GraphQL|REST|gRPC|Docker|Kubernetes|Terraform|Ansible|AWS|Azure|Google Cloud|GCP|CI/CD|' +
  'Linux|Git|Prometheus|Grafana|Observability|Microservices|Event-driven architecture|System design|Distributed systems|' +
  'Performance tuning|Accessibility|Test automation|Playwright|Selenium|Code review|Machine learning|Deep learning|PyTorch|' +
  'TensorFlow|Data analysis|Data modelling|Data modeling|Spark|Airflow|dbt|Snowflake|Tableau|Power BI|Excel|Statistics|' +
  'Information security|Penetration testing|Prisma|tRPC|Salesforce|SAP|HubSpot|SEO|Google Analytics|Content marketing|' +
  'Social media|Copywriting|Figma|Photoshop|User research|Prototyping|Project management|Product management|Roadmap|Scrum|' +
  'Kanban|Agile|Jira|Stakeholder management|Change management|Budgeting|Accounting|Bookkeeping|IFRS|GAAP|Payroll|Recruiting|' +
  'Onboarding|Negotiation|Account management|Lead generation|Customer service|Customer success|Complaint handling|' +
  'Patient care|Triage|Medication|Wound care|Lesson planning|Classroom management|Logistics|Supply chain|Procurement|' +
  'Inventory|Warehouse|Forklift|HACCP|Food safety|Quality assurance|Lean|Six Sigma|CAD|PLC|Mentoring|Leadership|Teamwork|' +
  'Communication|Presentation|Kundenservice|Projektmanagement|Buchhaltung|Vertrieb|Pflege|Führung|Atención al cliente|' +
  'Gestión de proyectos|Contabilidad|Ventas|Liderazgo'
).split('|');

const escaped = (text: string) => text.replace(/[.*+?^${}()|[\]\\/]/g, '\\$&');
const patterns = knownSkills.map((skill) => ({
  skill,
  pattern: new RegExp(`(?<![\\p{L}\\d])${escaped(skill)}(?![\\p{L}\\d+#])`, 'iu'),
}));

const askedFor =
  /(?:experience (?:with|in)|knowledge of|proficien(?:t|cy) in|familiar(?:ity)? with|skilled in|expertise in|Erfahrung (?:mit|in)|Kenntnisse in|experiencia (?:con|en)|conocimientos de)\s+([^.;:\n]{3,120})/giu;
/** Acronyms and inner capitals: most likely the name of a tool. */
const toolName = /(?<![\p{L}\d])(?:[A-Z]{2,6}\d?|[A-Z][a-z]+[A-Z]\w+)(?![\p{L}\d])/gu;
const notTools = new Set(
  'CV EU UK US USA AG LLC PDF HR CEO CTO VP FAQ ASAP USD EUR GBP TBD NGO PTO WE YOU THE AND OR'.split(' '),
);

/** Skills and tools a text names, in order of appearance, without repetition. */
export function findSkills(text: string, limit = 12): string[] {
  const found: { skill: string; at: number }[] = [];
  for (const { skill, pattern } of patterns) {
    const at = text.search(pattern);
    if (at >= 0) found.push({ skill, at });
  }
  for (const match of text.matchAll(askedFor)) {
    for (const part of (match[1] ?? '').split(/,|\/| and | or | und | oder | y | o /)) {
      const skill = part.trim().replace(/^(?:the|a|an|of|modern|strong|good)\s+/i, '');
      if (skill.length > 2 && skill.split(/\s+/).length <= 4) found.push({ skill, at: match.index });
    }
  }
  for (const match of text.matchAll(toolName)) {
    if (!notTools.has(match[0])) found.push({ skill: match[0], at: match.index });
  }
  const kept: string[] = [];
  for (const { skill } of found.sort((left, right) => left.at - right.at)) {
    const name = skill.toLowerCase();
    if (!kept.some((other) => other.toLowerCase().includes(name) || name.includes(other.toLowerCase())))
      kept.push(skill);
  }
  return kept.slice(0, limit);
}
