import type { QuestionBook } from './question-book.ts';

export const questionsEs: QuestionBook = {
  role: (title) => (title ? `el puesto de ${title}` : 'este puesto'),
  anySkill: 'las herramientas principales de este trabajo',
  templates: {
    experience: [
      {
        ask: 'Cuénteme su trayectoria: ¿qué le ha preparado para {role}?',
        focus: 'Un relato breve y ordenado que llega a este puesto',
      },
      {
        ask: 'Su currículum menciona «{project}». ¿Cuál fue su parte y cómo terminó?',
        focus: 'Aportación propia y resultado de un proyecto del currículum',
      },
      {
        ask: 'La oferta pide «{duty}». ¿Cuándo ha hecho algo parecido?',
        focus: 'Una tarea comparable, hecha personalmente',
      },
      { ask: '¿Qué aprendió en {employer} que le ayudaría en {role}?', focus: 'Lecciones que sirven para este puesto' },
      {
        ask: '¿De qué trabajo está más orgulloso u orgullosa, y qué aportó exactamente?',
        focus: 'Aportación propia y su efecto',
      },
      {
        ask: 'Describa el proyecto más cercano a lo que pide {role}. ¿Qué tamaño tenía y cuál fue su parte?',
        focus: 'Escala, parte propia y resultado',
      },
      {
        ask: '¿Qué ha aprendido en el último año que le haga mejor en este trabajo?',
        focus: 'Aprendizaje reciente y aplicado',
      },
    ],
    behavioral: [
      {
        ask: 'Hábleme de un desacuerdo con un compañero o compañera. ¿Cómo lo resolvieron?',
        focus: 'Resolver desacuerdos con respeto y datos',
      },
      {
        ask: 'Hábleme de algo bajo su responsabilidad que salió mal. ¿Qué hizo?',
        focus: 'Responsabilidad ante un fallo',
      },
      {
        ask: 'Describa una ocasión en que explicó algo complicado a alguien ajeno a su campo.',
        focus: 'Comunicación clara, adaptada a quien escucha',
      },
      {
        ask: 'Hábleme de un plazo que no sabía si podría cumplir. ¿Qué pasó?',
        focus: 'Planificación, prioridades y franqueza bajo presión',
      },
      {
        ask: '¿Cuándo mejoró la forma de trabajar de su equipo sin que se lo pidieran?',
        focus: 'Iniciativa y su efecto en el equipo',
      },
      {
        ask: '¿Cuál es la crítica más dura que ha recibido en el trabajo y qué cambió después?',
        focus: 'Apertura a la crítica y un cambio visible',
      },
    ],
    technical: [
      { ask: '¿Cómo ha trabajado con {skill} y qué le resultó difícil?', focus: 'Conocimiento práctico de {skill}' },
      {
        ask: 'Su equipo nunca ha usado {skill}. ¿Por dónde empezaría a enseñarlo?',
        focus: 'Comprender {skill} lo bastante para enseñarlo',
      },
      {
        ask: '¿Qué errores se cometen a menudo con {skill} y cómo los evita?',
        focus: 'Criterio práctico sobre {skill}',
      },
      {
        ask: '¿Cómo se asegura de que su trabajo con {skill} es correcto y lo sigue siendo?',
        focus: 'Comprobar y mantener la calidad con {skill}',
      },
      {
        ask: 'Hábleme de una decisión relacionada con {skill}. ¿Qué alternativas sopesó?',
        focus: 'Decisiones razonadas sobre {skill}',
      },
      {
        ask: 'Algo basado en {skill} va mucho más lento de lo debido. ¿Cómo averigua la causa?',
        focus: 'Investigación metódica',
      },
      {
        ask: '¿Cómo se mantiene al día en {skill} y qué le ha hecho cambiar de opinión últimamente?',
        focus: 'Aprendizaje continuo sobre {skill}',
      },
    ],
    situational: [
      {
        ask: 'En su primera semana nadie sabe decirle qué es lo más importante. ¿Qué hace?',
        focus: 'Encontrar prioridades sin guía',
      },
      {
        ask: 'Dos responsables le piden cosas distintas para mañana y solo puede hacer una. ¿Cómo procede?',
        focus: 'Fijar prioridades y comunicarlas',
      },
      {
        ask: 'Justo antes de una entrega ve un fallo grave en el trabajo de un compañero. ¿Qué hace?',
        focus: 'Avisar de forma constructiva',
      },
      {
        ask: 'Un cliente está enfadado por algo que no fue culpa suya. ¿Cómo responde?',
        focus: 'Calma, responsabilidad y una solución',
      },
      {
        ask: 'Le piden «{duty}» en la mitad del tiempo necesario. ¿Cómo decide qué dejar fuera?',
        focus: 'Renuncias razonadas abiertamente',
      },
      {
        ask: 'Tiene que decidir hoy y falta la mitad de la información. ¿Cómo lo hace?',
        focus: 'Decidir con incertidumbre',
      },
    ],
    motivation: [
      { ask: '¿Qué le atrae de {role} y por qué ahora?', focus: 'Motivos propios de este puesto' },
      { ask: '¿Qué tipo de trabajo le da energía y dónde lo ve aquí?', focus: 'Conocimiento de sí y encaje' },
      {
        ask: '¿Qué le gustaría haber conseguido tras su primer año en {role}?',
        focus: 'Objetivos concretos y realistas',
      },
    ],
  },
  easier: {
    behavioral: 'Basta con un ejemplo pequeño.',
    technical: 'Empiece por lo básico.',
    situational: 'Describa solo sus primeros pasos.',
    experience: 'Dos o tres frases bastan para empezar.',
    motivation: 'Aquí no hay respuestas equivocadas.',
  },
  harder: {
    behavioral: '¿En qué datos se basó y qué haría hoy de otra manera?',
    technical: '¿Dónde falla ese enfoque y cómo lo demostraría?',
    situational: '¿Qué le haría cambiar de rumbo y a quién decepcionaría?',
    experience: 'Póngale cifras y dígame qué no volvería a hacer.',
    motivation: '¿Qué le haría marcharse antes de un año?',
  },
  tips: {
    behavioral: 'Cuente una situación real: qué pasaba, qué debía hacer, qué hizo y qué resultó.',
    technical: 'Nombre un caso concreto, las alternativas que vio y cómo supo que funcionaba.',
    situational: 'Diga qué averiguaría primero, cómo decidiría y a quién informaría.',
    experience: 'Céntrese en su propia parte y termine con un resultado medible.',
    motivation: 'Una sus motivos a algo de la oferta y a algo de su pasado.',
  },
  signals: {
    behavioral: [
      'Describe una situación concreta con un ejemplo de su propia experiencia',
      'Dice qué acciones tomó personalmente',
      'Nombra un resultado o efecto medible',
      'Muestra qué aprendió o qué haría de otra manera',
      'Explica cómo participaron los compañeros o interesados',
    ],
    technical: [
      'Muestra experiencia práctica con {skill} en un proyecto concreto',
      'Sopesa alternativas y da razones',
      'Nombra un resultado o efecto medible',
      'Explica cómo se probó o verificó el trabajo',
      'Nombra límites o riesgos del enfoque',
    ],
    situational: [
      'Dice qué pasos daría personalmente',
      'Fija prioridades y da razones',
      'Se comunica con el equipo o los interesados',
      'Apoya el plan en un ejemplo de su propia experiencia',
      'Nombra riesgos y una salida',
    ],
    experience: [
      'Describe un proyecto o situación concreta de su propia experiencia',
      'Dice qué acciones tomó personalmente',
      'Nombra un resultado o efecto medible',
      'Relaciona la experiencia con el puesto',
      'Muestra qué aprendió o qué haría de otra manera',
    ],
    motivation: [
      'Da una motivación propia de este puesto o empresa',
      'Relaciona la motivación con un ejemplo de su propia experiencia',
      'Nombra objetivos para su tiempo en el puesto',
      'Muestra qué aprendió sobre sus propios puntos fuertes',
    ],
  },
};
