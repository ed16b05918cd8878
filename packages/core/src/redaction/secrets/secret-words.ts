/** The one list of words that make a name the name of a secret. Names of fields, parameters and variables share it. */
import { lazy } from '@spanline/record';

/** Accents that stand behind their letter once a name is decomposed. */
const ACCENTS = /[\u0300-\u036f]/g;

/** A name whose letters have no accents: it means the same. */
export function plainName(name: string): string {
  return !/[\u0080-\uffff]/.test(name) ? name : name.normalize('NFD').replaceAll(ACCENTS, '').normalize('NFC');
}

/** Words, also without their accents. */
const list = (words: string): ReadonlySet<string> =>
  new Set(words.split(/\s+/).flatMap((word) => [word, plainName(word)]));

/** Names of several words, separated by commas, also without their accents. */
const names = (phrases: string): readonly string[] =>
  phrases.split(/,\s*/).flatMap((phrase) => [phrase, plainName(phrase)]);

/** A name that ends in one of these is the name of a secret. A number under it is one as well. */
export const PASSWORDS = lazy(() =>
  list(
    `password passwords passwd passphrase passphrases passcode passcodes pwd passwort kennwort contraseña contrasenya
  contrasinal senha wachtwoord wagwoord motdepasse hasło heslo jelszó lösenord passord adgangskode salasana şifre şifreniz
  şifresi şifrem şifrə parola parolă parolanız parolası parolam parol parool lozinka zaporka geslo slaptažodis
  fjalëkalimi lykilorð pasahitza nenosiri katalaluan пароль парола лозинка құпиясөз κωδικός գաղտնաբառ პაროლი סיסמה סיסמא
  הסיסמה گذرواژه पासवर्ड ओटीपी পাসওয়ার্ড கடவுச்சொல் secret secrets otp totp hotp cvv cvc csc pin pincode пинкод mnemonic
  mtan smstan pushtan phototan chiptan einmalcode bestätigungscode sicherheitscode zugangscode freischaltcode anmeldecode
  verifizierungscode verifikationscode aktivierungscode geheimcode geheimzahl losungswort codewort verificatiecode
  beveiligingscode toegangscode inlogcode bevestigingscode verifieringskod engångskod säkerhetskod inloggningskod
  engangskode bekreftelseskode bekræftelseskode sikkerhetskode sikkerhedskode verifiseringskode vahvistuskoodi
  kertakäyttökoodi turvakoodi`,
  ),
);

/** Names of one-time codes if a number of that length is the value; else of a color, or of a program. */
export const CODES = lazy(
  () =>
    new Set(
      names(
        `tan, itan, your code, dein code, ihr code, tu código, su código, seu código, votre code, ton code, tuo codice,
    suo codice, uw code`,
      ),
    ),
);

/** Names of secrets that have several words. Prepositions and articles between them do not count. */
export const PHRASES = lazy(
  () =>
    new Set(
      names(
        `one time code, single use code, sign in code,
    código verificación, código seguridad, código acceso, código confirmación, código autenticación, código activación,
    código solo uso, clave acceso, clave secreta, clave temporal, clave dinámica,
    código verificação, código segurança, código acesso, código confirmação, código autenticação, palavra passe,
    mot passe, code vérification, code sécurité, code confirmation, code validation, code connexion, code accès,
    code secret, code confidentiel, code usage unique,
    codice verifica, codice sicurezza, codice conferma, codice accesso, codice segreto, codice temporaneo, parola ordine, parola accesso, chiave accesso, eenmalige code,
    cod verificare, cod securitate, cod acces, cod confirmare, kod weryfikacyjny, kod jednorazowy, kod dostępu,
    kod potwierdzający, kod autoryzacyjny, kod sms, ověřovací kód, bezpečnostní kód, ellenőrző kód, biztonsági kód,
    doğrulama kodu, onay kodu, güvenlik kodu, giriş kodu, код подтверждения, код доступа, код проверки, код безопасности,
    код активации, проверочный код, одноразовый код, пин код, код підтвердження, код доступу, код безпеки,
    κωδικός πρόσβασης, κωδικός επαλήθευσης, κωδικός επιβεβαίωσης, κωδικός ασφαλείας, كلمة المرور, كلمة السر, كلمة مرور,
    كلمة سر, رمز التحقق, رمز الدخول, رمز التأكيد, الرقم السري, رمز عبور, کلمه عبور, رمز پویا, کد تایید, کد تأیید, קוד אימות,
    सत्यापन कोड, mật khẩu, mã xác nhận, mã xác thực, kata sandi, kata laluan, kode verifikasi, kode akses,
    kode keamanan, kod pengesahan, neno siri`,
      ),
    ),
);

/** Words of phrases that say nothing. */
export const SMALL_WORDS = lazy(() =>
  list('de del d da do du di la le l el il o a à un une uno una van voor of the for za ya'),
);

/** A name that ends in one of these is the name of a secret if its value is text. */
export const CREDENTIALS = lazy(() =>
  list(
    `credential credentials creds apikey apikeys secretkey accesskey privatekey authkey passkey authorization cookie cookies
  setcookie jwt bearer phpsessid jsessionid pw psk`,
  ),
);

/** The same, written as one word behind others: `PGPASSWORD`, `myaccesstoken`. */
export const ENDINGS = lazy((): readonly string[] => [
  // Scripts that do not separate words.
  ...list('密码 密碼 口令 验证码 驗證碼 动态码 校验码 安全码 パスワード 暗証番号 認証コード 確認コード 合言葉'),
  ...list('비밀번호 암호 패스워드 인증번호 인증코드 확인코드 보안코드 รหัสผ่าน รหัสยืนยัน รหัสลับ'),
  ...list('password passwort kennwort passwd passphrase apikey secretkey privatekey accesskey clientsecret'),
  ...list('accesstoken refreshtoken authtoken sessiontoken bearertoken idtoken apitoken'),
]);

/** Words before the last one that make its kind of name the name of a secret. */
export const QUALIFIED = lazy(
  (): ReadonlyMap<string, ReadonlySet<string>> =>
    new Map(
      Object.entries({
        key: list(
          `api access secret private preshared rapidapi signing sign encryption encrypt decryption master auth authentication authorization
    subscription account storage shared service license licence function functions webhook session admin deploy ssh hmac
    jwt consumer app application rsa pgp gpg aes des symmetric cipher crypto client root write ingest ingestion
    integration instrumentation wallet recovery backup bot server anon role openai anthropic claude google gemini mistral
    cohere azure aws stripe sendgrid twilio mailgun tavily serpapi serper pinecone groq langsmith langfuse langchain
    datadog dd elastic openrouter deepseek together fireworks replicate huggingface hf xai perplexity voyage jina
    firecrawl exa qdrant weaviate github gitlab slack discord telegram algolia supabase vercel sentry brave bedrock`,
        ),
        tokens: list(
          'access refresh auth api bearer session security csrf oauth personal bot github gitlab slack deploy',
        ),
        pass: list(
          `db database user username smtp mail email ftp sftp ssh redis mysql mariadb postgres postgresql pg mongo mongodb
    rabbitmq amqp admin root login auth proxy ldap imap pop wifi my account basic http vpn sudo key keystore cert client
    server app service api sql bind jdbc ks store truststore pfx p12 become ansible vnc rdp wp`,
        ),
        auth: list('x proxy basic http api registry npm smtp redis docker'),
        code: list(
          'pin verification security recovery backup mfa fa otp totp sms authorization auth access factor reset login signin confirmation',
        ),
        verifier: list('code oauth pkce'),
        pat: list('github gitlab bitbucket azure devops ado personal'),
        response: list('saml'),
        assertion: list('client saml'),
        phrase: list('seed recovery secret backup pass'),
      }),
    ),
);

/** Words before `token` by which it is a token of text, of a page or of a price. */
export const OTHER_TOKENS = lazy(() =>
  list(
    `max min stop eos bos pad unk sep cls mask next page pagination continuation continue cursor special first last per end
  start prompt completion input output image audio text video speech cached thinking reasoning sync scan language delimiter
  previous prev total current new added vocab word sub draft accepted rejected predicted generated sampled top budget free
  count each every a the of`,
  ),
);

/** Words before `pin` by which it is one of a board, of a map or a thing. */
export const OTHER_PINS = lazy(() =>
  list(
    `gpio map board location drop push led input output hockey lapel bowling rolling safety drawing hair hat enamel bobby
  cotter tie firing hinge brooch`,
  ),
);

/** Words behind the name of a secret that do not change what it is, and the environments that it may be for. */
export const ENDS_OF_NAMES = lazy(() =>
  list(
    `value text string plain plaintext raw confirmation confirm repeat again hash base pem v old new backup prod production
  prd dev development staging stage stg test testing live sandbox qa uat local primary secondary`,
  ),
);

/** Names of parameters of an address that sign it or let its holder in. */
export const PARAMETERS = lazy(() => list('sig signature hmac sign key code credential ticket keyid'));
