-- CreateTable
CREATE TABLE "live_recordings" (
    "id" UUID NOT NULL,
    "question_id" UUID NOT NULL,
    "acknowledged_bytes" INTEGER NOT NULL DEFAULT 0,
    "heard_bytes" INTEGER NOT NULL DEFAULT 0,
    "transcript" TEXT NOT NULL DEFAULT '',
    "transcribed_by" TEXT,
    "holder" UUID NOT NULL,
    "answer_id" UUID,
    "started_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "updated_at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "live_recordings_pkey" PRIMARY KEY ("id")
);

-- CreateIndex
CREATE INDEX "live_recordings_question_id_idx" ON "live_recordings"("question_id");

-- CreateIndex
CREATE INDEX "live_recordings_answer_id_updated_at_idx" ON "live_recordings"("answer_id", "updated_at");

-- AddForeignKey
ALTER TABLE "live_recordings" ADD CONSTRAINT "live_recordings_question_id_fkey" FOREIGN KEY ("question_id") REFERENCES "questions"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "live_recordings" ADD CONSTRAINT "live_recordings_answer_id_fkey" FOREIGN KEY ("answer_id") REFERENCES "answers"("id") ON DELETE CASCADE ON UPDATE CASCADE;
