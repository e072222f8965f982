### O que o bot e o terminal dizem, em português do Brasil. Curto, gentil, preciso, e com o próximo passo.

## Conhecendo

start = Oi! Me mande um link do YouTube ou um arquivo de áudio e eu devolvo as faixas separadas: só a voz e só a banda.

    /settings para ter também bateria, baixo e piano, outros formatos ou um zip. /help para o resto.
help = Me mande um link do YouTube, ou uma música como arquivo de áudio, vídeo ou mensagem de voz. Eu separo as faixas e mando aqui.

    /settings – quais faixas, qual formato, arquivos ou zip
    /status – o que estou fazendo para você
    /cancel – parar o que estou fazendo

    Uma música leva cerca de um minuto, mais quando há fila. Músicas podem ter até { $limit }, arquivos até { $size }.
help-owner = Você é meu dono:
    /allow – liberar alguém: respondendo à mensagem da pessoa, com o número dela, ou em um grupo para o grupo todo
    /deny – das mesmas formas, para não liberar mais
    /who – quem você liberou

## Menus: uma linha curta para cada comando

command-start = Dizer oi
command-help = O que eu sei fazer
command-status = O que estou fazendo para você
command-cancel = Parar o que estou fazendo
command-settings = Faixas, formato, arquivos ou zip
command-allow = Liberar alguém
command-deny = Não liberar mais alguém
command-who = Quem pode me usar

## Quem pode pedir

access-closed = Este bot é privado. Peça ao dono para liberar você: seu número é { $number }.
access-closed-group = Este bot é privado. O dono pode mandar /allow aqui para liberar este grupo.
owner-paired = Boas-vindas! Agora sou seu. Me mande um link do YouTube ou um arquivo de áudio para experimentar.

    Libere outras pessoas com /allow: respondendo à mensagem delas, com o número delas, ou em um grupo para o grupo todo.
owner-pairing-wrong = Este link não vale mais. Me inicie de novo: o log mostra um novo.
allow-done = { $name } já pode me usar.
allow-known = { $name } já podia me usar.
allow-group = Todo mundo neste grupo já pode me usar.
allow-how = Responda à mensagem de alguém com /allow, ou mande /allow e o número da pessoa. Eu digo o número a quem me escreve.
allow-owner-only = Só o meu dono pode liberar pessoas.
deny-done = { $name } não pode mais me usar.
deny-unknown = { $name } não estava entre as pessoas liberadas. /who mostra a lista.
deny-how = Responda à mensagem de alguém com /deny, ou mande /deny e um número da lista de /who; em um grupo, isso acaba com o acesso do grupo todo.
who-title = Liberados por você:
who-nobody = Ninguém além de você. Libere outras pessoas com /allow.

## Ajustes

settings-title = O que você recebe aqui para cada música
settings-stems = { $stems ->
        [4] 4 faixas: voz, bateria, baixo, outros
        [5] 5 faixas: voz, piano, bateria, baixo, outros
       *[2] 2 faixas: voz, acompanhamento
    }
settings-stems-button = { $stems } faixas
settings-format = Formato: { $format }
settings-package = { $package ->
        [zip] Enviadas em um zip
        [both] Enviadas como arquivos e em um zip
       *[album] Enviadas como arquivos
    }
settings-package-button = { $package ->
        [zip] Zip
        [both] Os dois
       *[album] Arquivos
    }
settings-saved = Salvo.
settings-not-yours = Só os administradores do grupo podem mudar isso.

## Pedindo

links-none = Não achei nenhum link nem áudio aí. Me mande um link do YouTube ou um arquivo de áudio.
links-several = { $count ->
        [one] Uma música a caminho.
       *[other] { $count } músicas, uma depois da outra. Cada uma tem a sua mensagem.
    }
links-rest-refused = { $count ->
        [one] Um link aí não é um vídeo do YouTube; deixei de fora.
       *[other] { $count } links aí não são vídeos do YouTube; deixei de fora.
    }
playlist-later = Ainda não pego playlists inteiras. Me mande os links das músicas, vários na mesma mensagem se quiser.
playlist-one-video = Esse link é de uma playlist; vou pegar só essa música.
too-many-open = Você tem { $limit ->
        [one] uma música
       *[other] { $limit } músicas
    } em andamento, que é o máximo de cada vez. Mande de novo quando uma terminar.
upload-too-large = Este arquivo tem { $size }, e o Telegram deixa os bots baixarem no máximo { $limit }. Mande em MP3 ou M4A, ou mande um link do YouTube. O dono deste bot pode acabar com o limite usando um servidor Bot API próprio.
upload-not-media = Só consigo usar arquivos de áudio e vídeo. Me mande a música em MP3, M4A, FLAC, WAV ou um vídeo.
upload-failed = O Telegram não me entregou esse arquivo. Mande de novo, por favor.
queue-away = Não consigo acessar a minha fila agora. Mande de novo daqui a um minuto, por favor.
went-wrong = Algo deu errado do meu lado. Tente de novo daqui a um minuto, por favor.

## Andamento e cancelamento

status-none = Nada em andamento. Me mande um link do YouTube ou um arquivo de áudio.
status-open = { $count ->
        [one] Uma música em andamento
       *[other] { $count } músicas em andamento
    }
status-finished = Terminadas há pouco
cancel-done = { $count ->
        [one] Cancelada.
       *[other] { $count } músicas canceladas.
    }
cancel-nothing = Não há nada para cancelar.
cancel-which = Qual delas?
cancel-too-late = Tarde demais: essa já terminou.
cancel-not-yours = Só quem pediu pode cancelar.
button-cancel = Cancelar
button-cancel-all = Cancelar todas
button-resend = Mandar de novo
button-old = Este botão já cumpriu o papel dele.
resend-started = Mandando de novo.

## Cartões

card-video = Vídeo do YouTube { $link }
card-upload = Seu arquivo
card-title = { $artist } - { $title }
card-receiving = Recebendo o seu arquivo…
card-queued = { $ahead ->
        [0] Próxima da fila
        [one] Na fila, uma música na frente
       *[other] Na fila, { $ahead } músicas na frente
    }
card-queued-somewhere = Na fila
card-fetching = Baixando
card-reading = Lendo o seu arquivo
card-separating = { $stems ->
        [4] Separando voz, bateria, baixo e o resto
        [5] Separando voz, piano, bateria, baixo e o resto
       *[2] Separando voz e banda
    }
card-rendering = Fazendo os arquivos { $format }
card-percent = { $percent }%
card-left = falta cerca de { $wait }
card-wait = cerca de { $wait }
card-model = Primeira vez com esse número de faixas: buscando o que preciso para isso.
card-ready = Pronta, vou mandar
card-sending = Mandando
card-done = Pronta em { $wait }
card-done-plain = Pronta
card-cancelled = Cancelada
card-cut-short = O arquivo terminou antes da hora. Você recebe tudo o que havia nele.
card-uncertain = Mandei isto, mas o Telegram não confirmou a chegada. Se não estiver aqui, toque em “Mandar de novo”.

## Faixas

stem-vocals = voz
stem-accompaniment = acompanhamento
stem-drums = bateria
stem-bass = baixo
stem-piano = piano
stem-other = outros

## Como foi enviado, quando não foi como pedido

note-lower-rate = Em { $kbps } kbit/s, porque arquivos melhores passariam dos { $limit_bytes } que cabem em uma mensagem.
note-compressed = Em { $format } em vez de { $wished }, porque esses arquivos passariam dos { $limit_bytes } que cabem em uma mensagem.
note-zip-parts = Em vários zips, cada um abre sozinho, já que um só passaria dos { $limit_bytes } que cabem em uma mensagem.
note-zip-apart = Como arquivos separados, porque o zip passaria dos { $limit_bytes } que cabem em uma mensagem.
note-several-messages = Em várias mensagens, porque juntos passam dos { $limit_bytes } que cabem em uma.
note-not-sent = { $name } tem { $bytes } e não pode ser enviado: { $limit_bytes } cabem em uma mensagem. Tente MP3 em /settings.

## Por que não há faixas: uma frase para cada razão

failure-bad-link = Não achei uma música aí. Me mande um link do YouTube ou um arquivo de áudio.
failure-not-youtube = Só conheço links do YouTube. Me mande um deles, ou a música como arquivo de áudio.
failure-channel = Esse link é de um canal ou de uma busca, não de uma música. Abra o vídeo que você quer e me mande o link dele.
failure-playlist = Esse link é de uma playlist inteira. Abra a música que você quer e me mande o link dela.
failure-private = Este vídeo é privado. Me mande outro link, ou a música como arquivo de áudio.
failure-removed = Este vídeo não está mais no YouTube. Me mande outro link, ou a música como arquivo de áudio.
failure-age-restricted = O YouTube só mostra este vídeo a adultos com conta, então não consigo pegar. Me mande outro link, ou a música como arquivo de áudio.
failure-members-only = Este vídeo é só para membros do canal. Me mande outro link, ou a música como arquivo de áudio.
failure-region-blocked = O YouTube não mostra este vídeo no lugar onde estou. Me mande outro link, ou a música como arquivo de áudio.
failure-live = Isto é uma transmissão ao vivo. Mande de novo quando terminar, ou me mande a música como arquivo de áudio.
failure-upcoming = Este vídeo ainda não saiu. Mande de novo quando sair.
failure-youtube-refused = O YouTube não está me deixando baixar agora. É comigo, não com o seu vídeo. Me mande a música como arquivo de áudio, que sempre funciona, ou tente mais tarde.
failure-network = Não consegui acessar o YouTube. Mande o link de novo daqui a alguns minutos, ou me mande a música como arquivo de áudio.
failure-stalled = O download parou no meio. Mande o link de novo, ou me mande a música como arquivo de áudio.
failure-upload-gone = O seu arquivo não está mais aqui. Mande de novo, por favor.
failure-too-long = Isto tem { $seconds }, e eu pego músicas de até { $limit_seconds }. Me mande um trecho menor.
    .plain = Isto é mais longo do que consigo pegar. Me mande um trecho menor.
failure-too-large = Este arquivo tem { $bytes }, e eu pego até { $limit_bytes }. Mande em MP3 ou M4A.
    .plain = Este arquivo é maior do que consigo pegar. Mande em MP3 ou M4A.
failure-not-audio = Não consigo ler isto como áudio; o arquivo pode estar danificado. Me mande a música em MP3, M4A, FLAC ou WAV.
failure-no-sound = Este vídeo não tem som. Me mande um que tenha.
failure-empty = Não há áudio neste arquivo. Me mande outro.
failure-no-disk = Não tenho mais espaço para outra música. Tente mais tarde, por favor.
failure-model-unavailable = Não consegui buscar o que preciso para { $stems } faixas. Tente mais tarde, por favor.
    .plain = Não consegui buscar o que preciso para esse número de faixas. Tente mais tarde, por favor.
failure-model-damaged = O que busquei para { $stems } faixas chegou danificado, e joguei fora. Mande de novo, por favor.
    .plain = O que busquei para esse número de faixas chegou danificado, e joguei fora. Mande de novo, por favor.
failure-engine-missing = Não estou preparado para separar desse jeito. Quem me mantém pode instalar: uv sync --group spleeter
failure-out-of-memory = Esta música precisa de mais memória do que tenho. Me mande um trecho menor, ou escolha menos faixas em /settings.
failure-unsendable = Mesmo as menores faixas desta música têm { $bytes } cada, e só { $limit_bytes } cabem em uma mensagem. Me mande um trecho menor.
    .plain = As faixas desta música são grandes demais para mandar. Me mande um trecho menor.
failure-interrupted = Fui interrompido duas vezes nesta música. Mande de novo, por favor.
failure-timed-out = Isto demorou mais do que pode. Me mande um trecho menor, ou tente mais tarde.
failure-cancelled = Cancelada.
failure-internal = Algo deu errado do meu lado. Mande de novo, por favor; se continuar, avise o meu dono.
