/** The one list of words that make a name the name of a secret. Names of fields, parameters and variables share it. */

const list = (words: string): ReadonlySet<string> => new Set(words.split(/\s+/));

/** A name that ends in one of these is the name of a secret. A number under it is one as well. */
export const PASSWORDS = list(
  `password passwords passwd passphrase passphrases passcode passcodes pwd passwort kennwort contraseña contrasena senha
  wachtwoord motdepasse hasło heslo jelszó jelszo lösenord losenord passord adgangskode salasana şifre sifre lozinka пароль סיסמה
  पासवर्ड รหัสผ่าน 密码 密碼 パスワード 비밀번호 secret secrets otp totp hotp cvv cvc csc pin mnemonic`,
);

/** A name that ends in one of these is the name of a secret if its value is text. */
export const CREDENTIALS = list(
  `credential credentials creds apikey apikeys secretkey accesskey privatekey authkey passkey authorization cookie cookies
  setcookie jwt bearer phpsessid jsessionid`,
);

/** The same, written as one word behind others: `PGPASSWORD`, `myaccesstoken`. */
export const ENDINGS: readonly string[] = [
  ...list('password passwd passphrase apikey secretkey privatekey accesskey clientsecret'),
  ...list('accesstoken refreshtoken authtoken sessiontoken bearertoken idtoken apitoken'),
];

/** Words before the last one that make its kind of name the name of a secret. */
export const QUALIFIED: ReadonlyMap<string, ReadonlySet<string>> = new Map(
  Object.entries({
    key: list(
      `api access secret private signing sign encryption encrypt decryption master auth authentication authorization
    subscription account storage shared service license licence function functions webhook session admin deploy ssh hmac
    jwt consumer app application rsa pgp gpg aes des symmetric cipher crypto client root write ingest ingestion
    integration instrumentation wallet recovery backup bot server anon role openai anthropic claude google gemini mistral
    cohere azure aws stripe sendgrid twilio mailgun tavily serpapi serper pinecone groq langsmith langfuse langchain
    datadog dd elastic openrouter deepseek together fireworks replicate huggingface hf xai perplexity voyage jina
    firecrawl exa qdrant weaviate github gitlab slack discord telegram algolia supabase vercel sentry brave bedrock`,
    ),
    tokens: list('access refresh auth api bearer session security csrf oauth personal bot github gitlab slack deploy'),
    pass: list(
      `db database user username smtp mail email ftp sftp ssh redis mysql mariadb postgres postgresql pg mongo mongodb
    rabbitmq amqp admin root login auth proxy ldap imap pop wifi my account basic http vpn sudo key keystore cert client
    server app service api sql bind jdbc`,
    ),
    auth: list('x proxy basic http api registry npm smtp redis docker'),
    khẩu: list('mật mat'),
    khau: list('mat'),
    sandi: list('kata'),
    المرور: list('كلمة'),
    code: list(
      'pin verification security recovery backup mfa otp totp sms authorization auth access factor reset login',
    ),
    verifier: list('code'),
    assertion: list('client saml'),
    passe: list('de mot'),
    phrase: list('seed recovery secret backup pass'),
  }),
);

/** Words before `token` that tell that it is a token of text, of a page or of a price. */
export const OTHER_TOKENS = list(
  `max min stop eos bos pad unk sep cls mask next page pagination continuation continue cursor special first last per end
  start prompt completion input output image audio text video speech cached thinking reasoning sync scan language delimiter
  previous prev total current new added vocab word sub draft accepted rejected predicted generated sampled top budget free
  count each every a the of`,
);

/** Words before `pin` that tell that it is one of a board, of a map or a thing. */
export const OTHER_PINS = list(
  `gpio map board location drop push led input output hockey lapel bowling rolling safety drawing hair hat enamel bobby
  cotter tie firing hinge brooch`,
);

/** Words behind the name of a secret that do not change what it is. */
export const ENDS_OF_NAMES = list('value text string plain plaintext raw confirmation confirm repeat again hash base');

/** Names of parameters of an address that sign it or let its holder in. */
export const PARAMETERS = list('sig signature hmac sign key code credential ticket keyid');
