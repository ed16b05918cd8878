declare module 'multer1' {
  export { default } from 'multer';
}
