interface Line {
  text: string;
  /** Points. */
  size: number;
  bold?: boolean;
  /** Points of space above, beyond the line's own height. */
  above?: number;
}

const heading = (text: string): Line => ({ text, size: 12, bold: true, above: 12 });
const body = (text: string): Line => ({ text, size: 10 });
const employer = (text: string): Line => ({ text, size: 10, bold: true, above: 4 });

/** One page about somebody who does not exist. */
const page: Line[] = [
  { text: 'Mara Lindqvist', size: 20, bold: true },
  body('Backend engineer, Rotterdam - mara.lindqvist@example.org'),
  heading('Profile'),
  body('Six years of backend work, most of it on busy PostgreSQL databases. I measure first, then change one thing.'),
  heading('Experience'),
  employer('Senior backend engineer at Brightline, 2022 to today'),
  body('- Led the shipment tracking project: queries went from 9 seconds to 300 milliseconds'),
  body('- Introduced partitions by month on 200 million rows, without downtime'),
  body('- Built alerts that reach support within a minute; they saved ten hours a week'),
  employer('Backend engineer at Nordhavn Travel, 2020 to 2022'),
  body('- Developed the booking service in TypeScript and Node.js, 1,500 bookings an hour at its peak'),
  body('- Migrated the job queue from cron to RabbitMQ; lost jobs fell from 40 a week to none'),
  heading('Skills'),
  body('PostgreSQL, TypeScript, Node.js, RabbitMQ, Docker, Terraform, Grafana, code review, mentoring'),
  heading('Education'),
  body('BSc Computer Science, Lund University, 2020'),
  heading('Languages'),
  body('Swedish (native), English (fluent), Dutch (intermediate)'),
];

const escaped = (text: string) => text.replace(/[\\()]/g, '\\$&');

function pageContent(): string {
  const [left, top] = [56, 780];
  let height = top;
  const lines = page.map(({ text, size, bold, above = 0 }) => {
    height -= size * 1.4 + above;
    return `BT /${bold ? 'F2' : 'F1'} ${size} Tf ${left} ${height.toFixed(1)} Td (${escaped(text)}) Tj ET`;
  });
  return lines.join('\n');
}

/** A one-page PDF 1.4 on A4 in the standard fonts, which need no embedding (ISO 32000-1, 9.6.2.2). ASCII throughout. */
export function makeCvPdf(): Uint8Array {
  const content = pageContent();
  const font = (name: string) => `<< /Type /Font /Subtype /Type1 /BaseFont /${name} /Encoding /WinAnsiEncoding >>`;
  const objects = [
    '<< /Type /Catalog /Pages 2 0 R >>',
    '<< /Type /Pages /Kids [3 0 R] /Count 1 >>',
    '<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents 4 0 R /Resources << /Font << /F1 5 0 R /F2 6 0 R >> >> >>',
    `<< /Length ${content.length} >>\nstream\n${content}\nendstream`,
    font('Helvetica'),
    font('Helvetica-Bold'),
    '<< /Title (CV of Mara Lindqvist) >>',
  ];
  let file = '%PDF-1.4\n';
  const offsets = objects.map((object, index) => {
    const offset = file.length;
    file += `${index + 1} 0 obj\n${object}\nendobj\n`;
    return `${offset.toString().padStart(10, '0')} 00000 n \n`;
  });
  const tableAt = file.length;
  const size = objects.length + 1;
  file += `xref\n0 ${size}\n0000000000 65535 f \n${offsets.join('')}`;
  file += `trailer\n<< /Size ${size} /Root 1 0 R /Info ${size - 1} 0 R >>\nstartxref\n${tableAt}\n%%EOF\n`;
  return Buffer.from(file, 'latin1');
}
