import { describe, expect, it } from 'vitest';
import { createTracer } from '../../src/index.ts';
import { createRedactor } from '../../src/redaction/index.ts';
import { memoryLog } from '../../src/testing.ts';

const redactor = createRedactor({}, undefined);
const redact = (text: string): string =>
  redactor.redactCredentials(text, undefined, redactor.startLine({ placeholders: undefined }));

describe('a secret under a name is gone in every form of text', () => {
  it.each<readonly [text: string, expected: string]>([
    ['<password>olivegrove</password>', '<password>[SECRET_1]</password>'],
    ['https://x.example?pass[]=olivegrove&a[]=b', 'https://x.example?pass[]=[SECRET_1]&a[]=b'],
    ['POST user[password]=olivegrove', 'POST user[password]=[SECRET_1]'],
    ['<o:Password kind="text">olive grove</o:Password>', '<o:Password kind="text">[SECRET_1]</o:Password>'],
    ['<clientSecret>\n  olivegrove7\n</clientSecret>', '<clientSecret>[SECRET_1]</clientSecret>'],
    ['<dbPassword><![CDATA[olive&grove]]></dbPassword>', '<dbPassword><![CDATA[[SECRET_1]]]></dbPassword>'],
    ['jdbc:sqlserver://db;user=ann;password={olive;grove};', '[SECRET_1]'],
    ['Driver=x;Uid=ann;Pwd={olive}}grove};Timeout=5', '[SECRET_1]'],
    [
      'Content-Disposition: form-data; name="password"\r\n\r\nolivegrove\r\n--b',
      'name="password"\r\n\r\n[SECRET_1]\r\n--b',
    ],
    ['form-data; name="apiKey"\r\nContent-Type: text/plain\r\n\r\nolivegrove', '[SECRET_1]'],
    ["ALTER ROLE ann WITH LOGIN PASSWORD 'olivegrove'", "PASSWORD '[SECRET_1]'"],
    ["create user ann password 'olive''grove'", "password '[SECRET_1]'"],
    ["ALTER USER 'ann'@'%' IDENTIFIED WITH caching_sha2_password BY 'olivegrove';", "BY '[SECRET_1]';"],
    ['CREATE USER ann IDENTIFIED BY olivegrove;', 'IDENTIFIED BY [SECRET_1];'],
    ['alter user ann identified by olivegrove account unlock', 'identified by [SECRET_1] account unlock'],
    ['CREATE DATABASE LINK x CONNECT TO ann IDENTIFIED BY olivegrove USING y', 'BY [SECRET_1] USING y'],
    ["GRANT ALL ON db.* TO ann IDENTIFIED BY VALUES 'olivegrove'", "BY VALUES '[SECRET_1]'"],
    ["CREATE LOGIN ann WITH PASSWORD = 'olivegrove'", "PASSWORD = '[SECRET_1]'"],
    ["SET PASSWORD FOR 'ann'@'%' = 'olivegrove'", "= '[SECRET_1]'"],
    ['CREATE USER ann WITH PASSWORD olivegrove;', 'PASSWORD [SECRET_1];'],
    [
      "ALTER ROLE ann WITH LOGIN ENCRYPTED PASSWORD olivegrove VALID UNTIL '2030'",
      "PASSWORD [SECRET_1] VALID UNTIL '2030'",
    ],
    ['create login ann with password = olivegrove;', 'password = [SECRET_1];'],
    ["SET PASSWORD FOR ann = PASSWORD('olivegrove')", "= PASSWORD('[SECRET_1]')"],
    ...[
      'parola: #, parola d’ordine: #, parolanız: #, şifreniz: #, Einmalpasswort: #, Losungswort: #, palavra-passe: #',
      'clave de acceso: #, κωδικός πρόσβασης: #, парола: #, كلمة السر: #, رمز عبور: #, पासवर्ड: #, รหัสผ่าน: #',
      'salasana on #, hasło to #, het wachtwoord is #, la parola è #, пароль - #, रहस्य पासवर्ड है #, mật khẩu là #',
    ].flatMap((forms) =>
      forms.split(', ').map((form) => [form.replace('#', 'olivegrove7'), form.replace('#', '[SECRET_1]')] as const),
    ),
    ['heslo: olivegrove7', 'heslo: [SECRET_1]'],
    ['lösenord: olivegrove7', 'lösenord: [SECRET_1]'],
    ['mật khẩu: olivegrove7', 'mật khẩu: [SECRET_1]'],
    ['kata sandi: olivegrove7', 'kata sandi: [SECRET_1]'],
    ['la contraseña es olivegrove7.', 'la contraseña es [SECRET_1].'],
    ['a senha é olivegrove7', 'a senha é [SECRET_1]'],
    ['le mot de passe est olivegrove7', 'le mot de passe est [SECRET_1]'],
    ['密码是olivegrove7。', '密码是[SECRET_1]。'],
    ['パスワードは olivegrove7 です', 'パスワードは [SECRET_1] です'],
    ['비밀번호는 olivegrove7 입니다', '비밀번호는 [SECRET_1] 입니다'],
    ['machine db.example.org login ann password olivegrove', 'login ann password [SECRET_1]'],
    ['mysqldump -h db -uann -polivegrove main', '-uann -p[SECRET_1] main'],
    ["mysql -u ann -p'olive grove' main", "-p'[SECRET_1]' main"],
    ['sshpass -p olivegrove ssh ann@host', 'sshpass -p [SECRET_1] ssh'],
    ['redis-cli -h cache -a olivegrove ping', '-a [SECRET_1] ping'],
    ['openssl enc -aes-256-cbc -k olivegrove -in a -out b', '-k [SECRET_1] -in a'],
    ['openssl enc -d -aes-256-cbc -K 6f6c697665 -iv 00 -in a', '-K [SECRET_1] -iv 00'],
    ['openssl rsa -in key.pem -passin pass:olivegrove', '-passin pass:[SECRET_1]'],
    ["openssl enc -aes-256-cbc -pass 'pass:olive grove' -in a", "-pass 'pass:[SECRET_1]' -in a"],
    ['keytool -list -keystore a.jks -storepass olivegrove -v', '-storepass [SECRET_1] -v'],
    ['plink -ssh ann@host -pw olivegrove ls', '-pw [SECRET_1] ls'],
    ['apksigner sign --ks a.jks --ks-pass pass:olive7grove app.apk', '[SECRET_1] app.apk'],
    ['docker login -u ann -p olivegrove registry', '-p [SECRET_1] registry'],
    ['["docker","login","-u","ann","-p","olivegrove"]', '"-p","[SECRET_1]"]'],
    ["['mysql', '-polivegrove', 'main']", "'-p[SECRET_1]', 'main']"],
    ['{"command":"curl","args":["-s","-u","ann:olivegrove","https://x"]}', '"ann:[CREDENTIAL_1]"'],
    ['["openssl","rsa","-passin","pass:olivegrove"]', '"pass:[SECRET_1]"]'],
    ["useradd -m -p 'olivegrove' ann", "-p '[SECRET_1]' ann"],
    ['ENV DB_PASSWORD olivegrove7', 'ENV DB_PASSWORD [SECRET_1]'],
    ['setx API_TOKEN "olive grove"', 'setx API_TOKEN "[SECRET_1]"'],
    ['set -gx API_TOKEN olivegrove7', 'set -gx API_TOKEN [SECRET_1]'],
    ['npm config set //registry.example.org/:_authToken olivegrove7', ':_authToken [SECRET_1]'],
    ['git config --global user.password olivegrove7', 'user.password [SECRET_1]'],
    ['aws configure set aws_secret_access_key olivegrove7', 'aws_secret_access_key [SECRET_1]'],
    ['requirepass olivegrove7', 'requirepass [SECRET_1]'],
    ['{"password":"[OLIVEGROVE]"}', '{"password":"[SECRET_1]"}'],
    ['{"token":"[SECRET_1]olivegrove7"}', '{"token":"[SECRET_1]"}'],
    ['motDePasse=olivegrove', 'motDePasse=[SECRET_1]'],
    ['<entry key="db.password">olivegrove</entry>', '">[SECRET_1]</entry>'],
    ['<string translatable="false" name="api_key">olivegrove</string>', '>[SECRET_1]</string>'],
    ['<input type="password" value="olivegrove">', 'value="[SECRET_1]"'],
    ["define('DB_PASSWORD', 'olivegrove');", "'[SECRET_1]');"],
    ['headers.set("X-Api-Key", "olivegrove")', '"[SECRET_1]")'],
    ["os.setenv('API_TOKEN', 'olivegrove')", "'[SECRET_1]')"],
    ['password: !!str olivegrove7', 'password: !!str [SECRET_1]'],
    ['my password for the office wifi is olivegrove7', 'is [SECRET_1]'],
    ['password -> olivegrove7', 'password -> [SECRET_1]'],
    ['passphrase: olive grove hill staple', 'passphrase: [SECRET_1]'],
    ['API_KEY_PROD=olivegrove', 'API_KEY_PROD=[SECRET_1]'],
    ['app:olivegrove@tcp(127.0.0.1:3306)/main', 'app:[CONNECTION_STRING_1]@tcp('],
    ['app:olivegrove@db.internal:5432/main', 'app:[CONNECTION_STRING_1]@db.internal:5432/main'],
    ['postgres://app:olivegrove@/db?host=/run', 'postgres://app:[CONNECTION_STRING_1]@/db'],
    ['パスワード: olivegrove7', 'パスワード: [SECRET_1]'],
    ['pa\u0301ssword=olivegrove', '=[SECRET_1]'],
    ['mysql://ann:olive grove 7@db.internal:3306/main', 'mysql://ann:[CONNECTION_STRING_1]@db.internal:3306/main'],
    ['git clone https://olivegrove7x@github.com/acme/repo', 'https://[WEBHOOK_1]@github.com/acme/repo'],
  ])('%s', (text, expected) => {
    const after = redact(text);
    expect(after).toContain(expected);
    expect(after).not.toMatch(/olive|grove/);
  });

  it.each([
    'login --user <user> --password <password> and press Enter',
    "expect('password', 'olive'); t('password', 'olive'); pick(\"password\", \"email\")",
    '<string name="title">olive</string> <input type="text" value="olive">',
    'passphrase: choose words that are easy for you',
    'the password for the office is changed often',
    '<token>{{ token }}</token> <password></password> <monkey>olive</monkey> <author>ann</author>',
    'const form = <Login password={password} />;',
    '<input name="password"\n  type="password">',
    'name="comment"\r\n\r\nolive grove',
    '<add key="theme" value="olive" /> <option value="password">olive</option>',
    'env:\n  - name: THEME\n    value: "olive"\n  - name: DB_PASSWORD\n    valueFrom: olive',
    "the column password 'olive' and the role by 'ann'",
    "he went by 'olive' and was identified by name",
    'login and password required; login with password auth',
    'mysql -u ann -p main; mysql -h db -P 3306',
    '["docker","run","-p","8080:80","-u","1000:1000"] and ["mkdir","-p","olive"] and ["ssh","-p","2222"]',
    'mkdir -p olive/grove && docker run -p 8080:80 -a stdout image',
    'redis://cache:6379 is down, ask ann@example.org/team',
    'https://ann@bitbucket.org/acme/repo and https://example.org/@ann-7/posts',
    'le mot de passe est requis, la contraseña es obligatoria, a senha é fraca',
    '密码是必填项 パスワードは必須です 비밀번호는 필수입니다',
    'rows are identified by name; users identified by role',
    'CREATE USER ann; rows are identified by name',
    'grant access identified by role',
    'sk_learn_model_selection_train_test_split_function_v2 and pk_user_account_primary_key_constraint_name_2024_v1',
    'password for the database = the one of yesterday',
    'ALTER USER ann PASSWORD EXPIRE; alter role ann with password null;',
    'create user accounts with password reset enabled; create user accounts with password reset',
    'la parola chiave: mandarino, Cuvântul parola este, hasło to nie wszystko',
    'the password is 2048 bits long and the secret is 4096 bytes',
    'ENV NODE_ENV production7; ENV TOKEN_COUNT 4096; setx PATH C:\\x9; config set maxmemory 100mb',
    'kubectl config set-credentials user1 --embed-certs; git config credential.helper store7',
    'config the password field; npm config get registry2; config password required',
    '{"password":"[SECRET]","pwd":"[NAME_12]","passwd":"[EMAIL:7f3a]","pin":"[Redacted]"}',
    'password: [TODO]',
  ])('near misses stay: %s', (text) => expect(redact(text)).toBe(text));
});

describe('one-time codes are gone', () => {
  it.each([
    'TAN: #',
    'Ihre TAN lautet #',
    'mTAN #',
    'smsTAN: #',
    'Your code is #',
    'Your verification code is #',
    'one-time code: #',
    '# is your verification code',
    'G-# is your Google verification code',
    'Bestätigungscode: #',
    'Ihr Code lautet #.',
    'código de verificación: #',
    'tu código es #',
    'código de un solo uso: #',
    'votre code est #',
    "code d'accès : #",
    'codice di verifica: #',
    'kod weryfikacyjny: #',
    'doğrulama kodu: #',
    'код подтверждения: #',
    'رمز التحقق: #',
    '验证码：#',
    '您的验证码是#。',
    '認証コードは#です',
    '인증번호: #',
    'mã xác nhận: #',
    'kode verifikasi: #',
    'Your OTP is 482 913',
    'Your login code is 482-913',
    'Use # as your login code',
    '2FA code: #',
    'OTP 482-913 is valid for 5 minutes',
    'your code: 482 913',
    '인증번호 #',
    '認証コード #',
  ])('%s', (form) => {
    const after = redact(form.replace('#', '482913'));
    expect(after).toContain('[SECRET_1]');
    expect(after).not.toMatch(/482|913/);
    for (const around of form.split(/#|482.913/)) expect(after).toContain(around.replace(/^G-/, ''));
  });

  it.each([
    { tan: '482913' },
    { TAN: 482913 },
    { oneTimeCode: '482913' },
    { codigoVerificacion: '482913' },
    { userTan: '482913' },
  ])('in %j', (value) => {
    const log = memoryLog();
    createTracer({ logger: log.logger, statsIntervalSeconds: 0 }).startSpan({ name: 'step', input: value }).end();
    expect(log.records()[0]?.['spanline.input']).not.toContain('482913');
  });

  it.each([
    'error code is 482913; status code 404123; country code is 0049; zip code: 90210',
    'your order code is 482913, QR code 482913, source code 2024, code 482913',
    'tan: beige, tan = Math.tan(x), x.tan: 3, suntan 2000',
    'Your code: function main() {}',
    'Your code: review',
    'Your code is 4000 lines long, your code is 1200 tokens',
    'código postal: 28013, código de error: 482913, kod pocztowy: 00-950, code postal: 75001',
    'Kolkata, PIN code 560001 and GPIO pin 4821',
    'use 482913 as the seed; 482913 as your order number; sofa code: 482913x',
    '482913 is your order number; 2026 is your year; this is your 2025 report',
    '今年是2026年，价格是482913元',
  ])('near misses stay: %s', (text) => expect(redact(text)).toBe(text));

  it('a color, and the tangent of an angle, stay', () => {
    const log = memoryLog();
    const input = { tan: '#d2b48c', sin: 0.5, nested: { tan: 1.5574 }, code: '482913', codigo: '28013' };
    createTracer({ logger: log.logger, statsIntervalSeconds: 0 }).startSpan({ name: 'step', input }).end();
    expect(JSON.parse(log.records()[0]?.['spanline.input'] ?? '')).toEqual(input);
  });
});
