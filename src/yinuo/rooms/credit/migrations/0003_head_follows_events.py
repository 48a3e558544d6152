from django.db import migrations, models

# The head stands where its last event led. Owned by the tables' owner and run as such, so that the application needs no right to it.
FOLLOW = """
    CREATE OR REPLACE FUNCTION credit_head_follows() RETURNS trigger LANGUAGE plpgsql
    SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
    BEGIN
        IF NEW.leaf_id IS NULL THEN
            RAISE EXCEPTION '加减分没有签名的日志条目，不能写入' USING ERRCODE = 'restrict_violation';
        END IF;
        UPDATE public.credit_credithead
        SET seq = NEW.seq, score = CASE WHEN NEW.grade_after = 'unrated' THEN NULL ELSE NEW.score_after END, grade = NEW.grade_after
        WHERE unit_id = NEW.unit_id AND seq = NEW.seq - 1;
        IF NOT FOUND THEN
            RAISE EXCEPTION '加减分的序号 % 不接着这个单位的上一次', NEW.seq USING ERRCODE = 'restrict_violation';
        END IF;
        RETURN NULL;
    END $$;
    CREATE TRIGGER credit_head_follows AFTER INSERT ON credit_creditevent FOR EACH ROW EXECUTE FUNCTION credit_head_follows();
"""
APART = """
    DROP TRIGGER credit_head_follows ON credit_creditevent;
    DROP FUNCTION credit_head_follows();
"""


class Migration(migrations.Migration):
    note = "credit_credithead 三列加数据库里的默认值，credit_creditevent 加触发器：只锁一瞬间，与行数无关"

    dependencies = [("credit", "0002_event_leaf")]

    operations = [
        migrations.AlterField(
            model_name="credithead",
            name="grade",
            field=models.CharField(db_default="unrated", default="unrated", max_length=8),
        ),
        migrations.AlterField(
            model_name="credithead",
            name="seq",
            field=models.PositiveIntegerField(db_default=0, default=0),
        ),
        migrations.AlterField(
            model_name="credithead",
            name="provincial_d",
            field=models.BooleanField(db_default=False, default=False),
        ),
        migrations.RunSQL(FOLLOW, APART),
    ]
