-- The rows of one instant filing by plain SQL: what must be written at least, with the readings the rules need.
-- pgbench reads a colon before a letter as a variable, even inside quotes: so the colon of a page name is written chr(58).
\set r random(1, 1000000000)
SELECT k.id FROM people_apikey k JOIN people_person p ON p.id = k.person_id LIMIT 1;
BEGIN;
INSERT INTO trail_idempotency (actor_key, key, request_hash, at) VALUES ('unit:1:1', gen_random_uuid()::text, md5(:r::text), now()) ON CONFLICT DO NOTHING;
SELECT a.id FROM people_authorisedperson a JOIN people_projectunit u ON u.id = a.unit_id LEFT JOIN credit_credithead c ON c.unit_id = u.id ORDER BY a.id LIMIT 1;
INSERT INTO projects_project (version, code, name, kind, project_class, unit_id, hall_id, state, facts, total_investment, rules_on, pack_hash, filed_by_id, filed_at, filed_via, instant, problem)
  SELECT 1, substr(md5(random()::text || clock_timestamp()::text), 1, 24), '测量项目' || :r, 'filing', 'private', u.id, (SELECT min(id) FROM people_hall), 'filed', '{"name": "年产5万吨有机肥加工项目", "site": {"address": "积石山县吹麻滩镇唐集工业集中区3号地块"}, "declarations": {"secret": false}}', 8600, current_date, repeat('a', 64), (SELECT min(person_id) FROM people_authorisedperson), now(), '', true, ''
  FROM people_projectunit u ORDER BY u.id LIMIT 1;
INSERT INTO projects_pledge (project_id, text_version, person_id, at) SELECT currval('projects_project_id_seq'), '2023-02-20', min(person_id), now() FROM people_authorisedperson;
INSERT INTO projects_filingcertificate (project_id, number, issued_at) VALUES (currval('projects_project_id_seq'), gen_random_uuid()::text, now());
INSERT INTO documents_document (kind, number, project_code, subject_kind, subject_id, unit_id, data, template_version, issued_at, sha256, signer)
  SELECT 'filing_certificate', '', '2611-622927-04-01-000011', 'projects.project', currval('projects_project_id_seq'), min(id), ('{"scope": "' || repeat('x', 900) || '"}')::jsonb, 1, now(), '', '' FROM people_projectunit;
INSERT INTO work_workitem (kind, state, subject_kind, subject_id, project_id, project_code, title, subtitle, page, page_args, unit_page, unit_page_args, stage, tags, role, waits_for, started_at, limit_value, limit_unit, statutory_unit, rules_on, outcome, due_at, yellow_from, red_from, provisional, announced, next_transition_at)
  VALUES ('review', 'running', 'projects.project', currval('projects_project_id_seq'), currval('projects_project_id_seq'), '2611-622927-04-01-000011', '备案复核', '测量项目', 'staff' || chr(58) || 'review', jsonb_build_object('project_id', currval('projects_project_id_seq')), '', '{}', 'initiation', '[]', 'approver', 'staff', now(), 1, 'working', 'working', current_date, '', now() + interval '1 day', now() + interval '20 hours', now() + interval '1 day', false, 'green', now() + interval '20 hours');
INSERT INTO trail_storeddecision (id, question, outcome, body, as_of, pack_hash, at) VALUES (gen_random_uuid(), 'instant_filing', '{"instant": true, "stops": []}', ('{"trace": "' || repeat('x', 3000) || '"}')::jsonb, current_date, repeat('a', 64), now());
INSERT INTO trail_entry (at, verb, role, entrance, via, subject_kind, subject_id, project_code, why, data)
  SELECT now(), 'projects.file', 'unit', 'api', '', 'projects.project', '1', '2611-622927-04-01-000011', '', '{"name": "测量项目"}' FROM generate_series(1, 3);
INSERT INTO infochain_subject (label, key, name, n, last)
  SELECT left(code, 60), decode(repeat('ab', 32), 'hex'), code || repeat('x', 10), 3, decode(repeat('cd', 32), 'hex') FROM (SELECT gen_random_uuid()::text AS code) AS fresh;
INSERT INTO infochain_leafrecord (outbox_id, subject_id, n, type, hash, fields, at)
  SELECT gen_random_uuid(), (SELECT name FROM infochain_subject WHERE id = currval('infochain_subject_id_seq')), n, 'project.basic', decode(repeat('cd', 32), 'hex'), '[["c2FsdHNhbHRzYWx0c2FsdA", "name", "测量项目"]]', now() FROM generate_series(1, 3) AS n;
INSERT INTO trail_chainrow (outbox_id, type, label, entry, at)
  SELECT gen_random_uuid(), 'project.basic', '2611-622927-04-01-000011', decode(repeat('7b', 800), 'hex'), now() FROM generate_series(1, 3);
INSERT INTO notices_message (id, channel, state, person_id, template, project_code, subject, body, page, page_args, queued_at, attempts, next_attempt_at, error)
  SELECT gen_random_uuid(), 'site', 'sent', (SELECT min(id) FROM people_person), 'filed', '2611-622927-04-01-000011', '项目备案已办结', '测量', 'unit' || chr(58) || 'project', jsonb_build_object('project_id', 1), now(), 0, now(), '' FROM generate_series(1, 6);
SELECT procrastinate_defer_jobs_v1(ARRAY[ROW('notices', 'house.dispatch', 0, NULL, NULL, '{}'::jsonb, NULL)::procrastinate_job_to_defer_v1]);
UPDATE trail_idempotency SET status = 201, answer = '{"project": 1}' WHERE id = currval('trail_idempotency_id_seq');
COMMIT;
