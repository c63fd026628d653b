-- CreateTable
CREATE TABLE "resumable_uploads" (
    "id" UUID NOT NULL,
    "question_id" UUID NOT NULL,
    "bytes" INTEGER,
    "metadata" JSONB NOT NULL,
    "answer_id" UUID,
    "refusal" JSONB,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "resumable_uploads_pkey" PRIMARY KEY ("id")
);

-- CreateIndex
CREATE INDEX "resumable_uploads_question_id_idx" ON "resumable_uploads"("question_id");

-- CreateIndex
CREATE INDEX "resumable_uploads_answer_id_idx" ON "resumable_uploads"("answer_id");

-- CreateIndex
CREATE INDEX "resumable_uploads_created_at_idx" ON "resumable_uploads"("created_at");

-- AddForeignKey
ALTER TABLE "resumable_uploads" ADD CONSTRAINT "resumable_uploads_question_id_fkey" FOREIGN KEY ("question_id") REFERENCES "questions"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "resumable_uploads" ADD CONSTRAINT "resumable_uploads_answer_id_fkey" FOREIGN KEY ("answer_id") REFERENCES "answers"("id") ON DELETE CASCADE ON UPDATE CASCADE;
