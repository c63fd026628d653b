import type { QuestionBook } from './question-book.ts';

export const questionsDe: QuestionBook = {
  role: (title) => (title ? `die Stelle „${title}“` : 'diese Stelle'),
  anySkill: 'den wichtigsten Werkzeugen dieses Berufs',
  templates: {
    experience: [
      {
        ask: 'Bitte führen Sie mich durch Ihren Werdegang: Was hat Sie auf {role} vorbereitet?',
        focus: 'Ein kurzer, geordneter Bericht, der bei dieser Stelle ankommt',
      },
      {
        ask: 'In Ihrem Lebenslauf steht „{project}“. Was war Ihr eigener Anteil, und was ist daraus geworden?',
        focus: 'Eigener Beitrag und Ergebnis eines Projekts aus dem Lebenslauf',
      },
      {
        ask: 'In der Ausschreibung steht „{duty}“. Wann haben Sie etwas Ähnliches getan?',
        focus: 'Eine vergleichbare, selbst erledigte Aufgabe',
      },
      {
        ask: 'Was haben Sie bei {employer} gelernt, das Ihnen für {role} hilft?',
        focus: 'Erkenntnisse, die sich übertragen lassen',
      },
      {
        ask: 'Auf welche Arbeit sind Sie am meisten stolz, und was haben Sie genau beigetragen?',
        focus: 'Eigener Beitrag und Wirkung',
      },
      {
        ask: 'Welches Ihrer Projekte kommt dem am nächsten, was {role} verlangt? Wie groß war es, und was war Ihr Anteil?',
        focus: 'Umfang, eigener Anteil und Ergebnis',
      },
      {
        ask: 'Was haben Sie im letzten Jahr gelernt, das Sie in dieser Arbeit besser macht?',
        focus: 'Neu Gelerntes, das angewendet wurde',
      },
    ],
    behavioral: [
      {
        ask: 'Erzählen Sie von einer Meinungsverschiedenheit mit einem Kollegen oder einer Kollegin. Wie haben Sie sie gelöst?',
        focus: 'Sachlicher, respektvoller Umgang mit Konflikten',
      },
      {
        ask: 'Erzählen Sie von etwas, das in Ihrer Verantwortung schiefgegangen ist. Was haben Sie getan?',
        focus: 'Verantwortung für einen Fehler und seine Folgen',
      },
      {
        ask: 'Wann mussten Sie jemandem ohne Fachwissen etwas Schwieriges erklären? Wie sind Sie vorgegangen?',
        focus: 'Verständliche Kommunikation',
      },
      {
        ask: 'Erzählen Sie von einem Termin, den Sie kaum halten konnten. Was ist passiert?',
        focus: 'Planung, Prioritäten und Offenheit unter Druck',
      },
      {
        ask: 'Wann haben Sie die Arbeit Ihres Teams verbessert, ohne darum gebeten worden zu sein?',
        focus: 'Eigeninitiative und ihre Wirkung',
      },
      {
        ask: 'Welche Rückmeldung war für Sie am schwersten anzunehmen, und was haben Sie danach geändert?',
        focus: 'Umgang mit Kritik und sichtbare Veränderung',
      },
    ],
    technical: [
      {
        ask: 'Wie haben Sie bisher mit {skill} gearbeitet, und was fanden Sie dabei schwierig?',
        focus: 'Praktische Erfahrung mit {skill}',
      },
      {
        ask: 'Stellen Sie sich vor, Ihr Team hat noch nie mit {skill} gearbeitet. Womit fangen Sie an?',
        focus: 'Verständnis, das zum Erklären reicht: {skill}',
      },
      {
        ask: 'Welche Fehler passieren bei der Arbeit mit {skill} oft, und wie vermeiden Sie sie?',
        focus: 'Praktisches Urteil: {skill}',
      },
      {
        ask: 'Wie stellen Sie sicher, dass Ihre Arbeit mit {skill} stimmt und richtig bleibt?',
        focus: 'Qualität prüfen und erhalten: {skill}',
      },
      {
        ask: 'Nennen Sie eine Entscheidung, die mit {skill} zu tun hatte. Welche Alternativen haben Sie abgewogen?',
        focus: 'Begründete Entscheidungen: {skill}',
      },
      {
        ask: 'Etwas, das auf der Arbeit mit {skill} beruht, dauert viel zu lange. Wie finden Sie die Ursache?',
        focus: 'Methodische Suche',
      },
      {
        ask: 'Wie bleiben Sie bei der Arbeit mit {skill} auf dem Laufenden, und was hat zuletzt Ihre Meinung geändert?',
        focus: 'Ständiges Lernen: {skill}',
      },
    ],
    situational: [
      {
        ask: 'In Ihrer ersten Woche kann Ihnen niemand sagen, was am wichtigsten ist. Was tun Sie?',
        focus: 'Prioritäten ohne Vorgaben finden',
      },
      {
        ask: 'Zwei Vorgesetzte wollen bis morgen Verschiedenes, und Sie schaffen nur eines. Wie gehen Sie vor?',
        focus: 'Prioritäten setzen und vermitteln',
      },
      {
        ask: 'Kurz vor der Abgabe sehen Sie einen ernsten Fehler in der Arbeit eines Kollegen. Was tun Sie?',
        focus: 'Konstruktiv ansprechen, das Ergebnis im Blick',
      },
      {
        ask: 'Ein Kunde ist verärgert über etwas, das nicht Ihre Schuld war. Wie reagieren Sie?',
        focus: 'Ruhe, Verantwortung und eine Lösung',
      },
      {
        ask: 'Sie sollen „{duty}“ in der Hälfte der nötigen Zeit schaffen. Wie entscheiden Sie, was wegfällt?',
        focus: 'Offen abgewogene Kompromisse',
      },
      {
        ask: 'Sie müssen heute entscheiden, und die Hälfte der Informationen fehlt. Wie gehen Sie vor?',
        focus: 'Entscheiden unter Unsicherheit',
      },
    ],
    motivation: [
      {
        ask: 'Was reizt Sie an dieser Aufgabe, und warum gerade jetzt? Es geht um {role}.',
        focus: 'Gründe, die zu dieser Stelle gehören',
      },
      {
        ask: 'Welche Arbeit gibt Ihnen Energie, und wo finden Sie sie hier wieder?',
        focus: 'Selbstkenntnis und Passung',
      },
      { ask: 'Was möchten Sie nach dem ersten Jahr hier bewirkt haben?', focus: 'Konkrete, realistische Ziele' },
    ],
  },
  easier: {
    behavioral: 'Ein kleines Beispiel genügt.',
    technical: 'Beginnen Sie gern mit den Grundlagen.',
    situational: 'Beschreiben Sie einfach Ihre ersten Schritte.',
    experience: 'Zwei oder drei Sätze reichen für den Anfang.',
    motivation: 'Eine falsche Antwort gibt es hier nicht.',
  },
  harder: {
    behavioral: 'Worauf haben Sie sich gestützt, und was würden Sie heute anders machen?',
    technical: 'Wo stößt dieses Vorgehen an Grenzen, und wie würden Sie das belegen?',
    situational: 'Was würde Sie umstimmen, und wen würden Sie enttäuschen?',
    experience: 'Nennen Sie Zahlen, und sagen Sie, was Sie nicht noch einmal tun würden.',
    motivation: 'Was würde Sie innerhalb eines Jahres wieder gehen lassen?',
  },
  tips: {
    behavioral: 'Erzählen Sie eine echte Situation: was war, was zu tun war, was Sie taten, was daraus wurde.',
    technical: 'Nennen Sie einen konkreten Fall, die Alternativen und woran Sie den Erfolg erkannt haben.',
    situational: 'Sagen Sie, was Sie zuerst klären, wie Sie entscheiden und wen Sie informieren.',
    experience: 'Bleiben Sie bei Ihrem eigenen Anteil und enden Sie mit einem messbaren Ergebnis.',
    motivation: 'Verbinden Sie Ihre Gründe mit der Ausschreibung und mit etwas aus Ihrer Vergangenheit.',
  },
  signals: {
    behavioral: [
      'Beschreibt eine bestimmte Situation mit einem Beispiel aus eigener Erfahrung',
      'Sagt, welche Schritte persönlich unternommen wurden',
      'Nennt ein Ergebnis oder eine messbare Wirkung',
      'Zeigt, was gelernt wurde oder heute anders gemacht würde',
      'Erklärt, wie Kollegen oder Beteiligte eingebunden wurden',
    ],
    technical: [
      'Zeigt praktische Erfahrung in einem konkreten Projekt: {skill}',
      'Wägt Alternativen ab und begründet die Wahl',
      'Nennt ein Ergebnis oder eine messbare Wirkung',
      'Erklärt, wie die Arbeit getestet oder geprüft wurde',
      'Nennt Grenzen oder Risiken des Vorgehens',
    ],
    situational: [
      'Sagt, welche Schritte persönlich unternommen würden',
      'Setzt Prioritäten und begründet sie',
      'Spricht sich mit dem Team oder Beteiligten ab',
      'Stützt den Plan auf ein Beispiel aus eigener Erfahrung',
      'Nennt Risiken und einen Ausweg',
    ],
    experience: [
      'Beschreibt ein bestimmtes Projekt oder eine Situation aus eigener Erfahrung',
      'Sagt, welche Schritte persönlich unternommen wurden',
      'Nennt ein Ergebnis oder eine messbare Wirkung',
      'Verbindet die Erfahrung mit der Stelle',
      'Zeigt, was gelernt wurde oder heute anders gemacht würde',
    ],
    motivation: [
      'Nennt eine Motivation, die zu dieser Stelle oder Firma gehört',
      'Verbindet die Motivation mit einem Beispiel aus eigener Erfahrung',
      'Nennt Ziele für die Zeit in der Stelle',
      'Zeigt, was über eigene Stärken gelernt wurde',
    ],
  },
};
