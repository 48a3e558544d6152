from django.db import migrations

# A repair that gave points back although a later public evaluation was the new base: carried out under the reading of
# before 0.10, it stands, and the fold has to know.
MARK = """
    UPDATE credit_creditevent AS r SET data = r.data || '{"given_before_reading": true}'
    FROM credit_creditevent AS e
    WHERE r.type = 'repair' AND r.points <> 0 AND e.unit_id = r.unit_id AND e.seq::text = r.data ->> 'of'
        AND EXISTS (
            SELECT 1 FROM credit_creditevent AS b
            WHERE b.unit_id = r.unit_id AND b.type = 'rebase'
                AND (b."on", b.seq) > (e."on", e.seq) AND (b."on", b.seq) < (r."on", r.seq)
        )
"""


def mark(apps, schema_editor):
    """Events only grow: the triggers that refuse changes stand aside for this one."""
    schema_editor.execute("ALTER TABLE credit_creditevent DISABLE TRIGGER USER")
    schema_editor.execute(MARK)
    schema_editor.execute("ALTER TABLE credit_creditevent ENABLE TRIGGER USER")


class Migration(migrations.Migration):
    note = "锁 credit_creditevent，给以前在新的评价以后执行过的修复加一个标记；一百万次加减分约十秒"

    dependencies = [("credit", "0003_head_follows_events")]

    operations = [migrations.RunPython(mark, migrations.RunPython.noop)]
