### O que o bot e o terminal dizem, em português do Brasil. Curto, gentil, preciso, e com o próximo passo.

## Conhecendo

start = Oi! Me mande um link do YouTube ou um arquivo de áudio e eu devolvo as faixas separadas: só a voz e só a banda.

    Sem link à mão? Escreva o nome da música, e eu procuro no YouTube.

    /settings para ter também bateria, baixo e piano, outros formatos ou um zip. /help para o resto.
help = Me mande um link do YouTube, ou uma música como arquivo de áudio, vídeo ou mensagem de voz. Eu separo as faixas e mando aqui.

    “elis águas de março” – eu procuro essa música no YouTube, e você toca na certa; /find dá no mesmo
    “sem bateria”, “karaokê”, “só o baixo” – uma mixagem da última música, ou da que você responder; /mix sem bateria dá no mesmo
    “sem bateria 80% clique contagem 1” – mais devagar, com clique e contagem; /click – só o clique
    /loop 1:02-1:18 x8 75% – um trecho repetido; /drill sem baixo 1:02-1:18 – do lento ao rápido
    /chords -2 – a cifra, em qualquer tom; /notes – baixo e voz em MIDI
    /daw – faixas, clique e mapa de tempo para uma DAW; /deck – a cappella e instrumental para DJ
    /settings – quais faixas, qual formato, arquivos ou zip
    /status – o que estou fazendo para você
    /cancel – parar o que estou fazendo

    Pode mandar vários links de uma vez, e playlists também. Sob cada resultado há botões: para tocar junto, zip, outros formatos, mais faixas.

    Uma música leva cerca de um minuto, mais quando há fila. Músicas podem ter até { $limit }, arquivos até { $size }.
help-owner = Este bot é seu:
    Quando alguém novo me escreve, eu pergunto a você.
    /allow – liberar alguém: respondendo à mensagem da pessoa, com o número dela, ou em um grupo para o grupo todo
    /deny – das mesmas formas, para não liberar mais
    /who – quem você liberou
    /stats – fila, disco, versões, falhas; /status all mostra também as músicas de todos

## Menus: uma linha curta para cada comando

command-start = Dizer oi
command-help = O que eu sei fazer
command-find = Achar uma música: /find elis águas de março
command-status = O que estou fazendo para você
command-cancel = Parar o que estou fazendo
command-settings = Faixas, formato, arquivos ou zip
command-allow = Liberar alguém
command-deny = Não liberar mais alguém
command-who = Quem pode me usar

## Quem pode pedir

access-closed = Este bot é privado. Peça ao dono para liberar você: seu número é { $number }.
access-unpaired = Este bot é privado, e ainda não tem dono. Se ele é seu, abra o link que está no log, ou me mande /start e o código que está lá.
access-closed-group = Este bot é privado. O dono pode mandar /allow aqui para liberar este grupo.
stranger-asked = Este bot é privado, então estou pedindo ao dono que libere você. Eu aviso aqui, e aí começo com o que você me mandar agora.
stranger-asked-group = Este bot é privado, então estou pedindo ao dono que libere este grupo. Eu aviso aqui.
stranger = { $name } gostaria de me usar.
stranger-group = { $name } gostaria de me usar no grupo “{ $group }”.
button-admit = { $choice ->
        [yes] Liberar
       *[no] Não
    }
stranger-refused = { $name } fica de fora, e não pergunto de novo. Se mudar de ideia: /allow { $number }
access-given = Agora você pode me usar. Me mande um link do YouTube ou um arquivo de áudio.
access-given-taken = Agora você pode me usar. Já vou começar com o que você mandou.
owner-paired = Boas-vindas! Agora sou seu. Me mande um link do YouTube ou um arquivo de áudio para experimentar.

    Quando outra pessoa me escreve, eu pergunto a você, e um toque a libera. Em um grupo, /allow libera todo mundo ali.
owner-pairing-wrong = Este link não vale mais. Se o bot é seu, inicie de novo e abra o link do log. Se não, peça ao dono para liberar você: seu número é { $number }.
allow-done = { $name } já pode me usar.
allow-known = { $name } já podia me usar.
allow-group = Todo mundo neste grupo já pode me usar.
allow-how = Responda à mensagem de alguém com /allow, ou mande /allow e o número da pessoa. Quem me escreve não precisa disso: eu pergunto a você, e um toque libera a pessoa.
allow-owner-only = Só o meu dono pode liberar pessoas.
deny-done = { $name } não pode mais me usar.
deny-unknown = { $name } não estava entre as pessoas liberadas. /who mostra a lista.
deny-how = Responda à mensagem de alguém com /deny, ou mande /deny e um número da lista de /who; em um grupo, isso acaba com o acesso do grupo todo.
who-title = Liberados por você:
who-nobody = Ninguém além de você. Quando alguém me escreve, eu pergunto a você; /allow libera outras pessoas.

## Ajustes

settings-title = O que você recebe aqui para cada música
settings-stems = { $model }: { $stems }
settings-stems-button = { $stems } faixas
settings-better = { $model } é melhor e mais lento: cerca de { $wait } para uma música de quatro minutos. Os minutos contam { $weight } vezes.
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
settings-not-yours = Só os admins do grupo podem mudar isso.

## Pedindo

links-none = Não achei nenhum link nem áudio aí. Me mande um link do YouTube, o nome de uma música ou um arquivo de áudio.
unknown-command = Não conheço este comando. /help mostra os que conheço.
small-talk-greeting = Oi! Me mande um link do YouTube ou um arquivo de áudio, e eu mando de volta as faixas.
small-talk-thanks = De nada!
links-several = { $count ->
        [one] Uma música a caminho.
       *[other] { $count } músicas, uma depois da outra. Cada uma tem a sua mensagem.
    }
file-beside-link = Pego o arquivo. Se quiser o link também, mande-o sozinho.
links-rest-refused = { $count ->
        [one] Um link aí não é um vídeo do YouTube; deixei de fora.
       *[other] { $count } links aí não são vídeos do YouTube; deixei de fora.
    }
playlist-one-video = Esse link é de uma playlist; vou pegar só essa música.
too-many-open = Você tem { $limit ->
        [one] uma música
       *[other] { $limit } músicas
    } em andamento, que é o máximo de cada vez.
too-many-open-again = Peça de novo quando uma terminar.
leftover-some = { $done ->
        [one] Uma de { $count } músicas está na fila.
       *[other] { $done } de { $count } músicas estão na fila.
    }
leftover-none = { $count } músicas esperam.
leftover-all = { $count ->
        [one] A música está na fila agora.
       *[other] Todas as { $count } músicas estão na fila agora.
    }
leftover-how = Toque no botão quando houver lugar.
leftover-large = { $count ->
        [one] Um arquivo passa de { $limit }, o máximo que consigo baixar: me mande uma cópia menor.
       *[other] { $count } arquivos passam de { $limit }, o máximo que consigo baixar: me mande cópias menores.
    }
leftover-other = { $count ->
        [one] Um arquivo não é áudio nem vídeo. Deixei de fora.
       *[other] { $count } arquivos não são áudio nem vídeo. Deixei de fora.
    }
leftover-start = Começar agora
leftover-start-others = Começar as outras
leftover-started = { $count ->
        [one] Mais uma na fila.
       *[other] Mais { $count } na fila.
    }
leftover-gone = Não me lembro mais destas. Mande de novo, por favor.
leftover-not-yours = Só quem mandou ou um admin pode começar estas.
upload-too-large = Este arquivo tem { $size }, e o Telegram deixa os bots baixarem no máximo { $limit }. Mande uma cópia menor, com menos kbps, ou um link do YouTube. O dono deste bot pode acabar com o limite usando um servidor Bot API próprio.
upload-not-media = Só consigo usar arquivos de áudio e vídeo, e este não é nenhum dos dois. Me mande a própria música, ou um link do YouTube.
queue-away = Não consigo acessar a minha fila agora. Mande de novo daqui a um minuto, por favor.
went-wrong = Algo deu errado do meu lado. Tente de novo daqui a um minuto, por favor.

## Achando uma música

search-how = Escreva /find e o nome de uma música: /find elis águas de março. Eu mostro o que o YouTube tem, e você toca na certa.
search-too-long = Isso é mais do que consigo procurar. Me mande o nome da música e quem canta, um link do YouTube ou um arquivo de áudio.
search-too-many = Ainda estou procurando o que você pediu antes. Mande isto de novo daqui a pouco.
search-too-fast = Foram muitas buscas de uma vez. Volto a procurar depois de { $wait } sem buscas suas. Links e arquivos eu continuo pegando.
search-looking = Procurando “{ $words }”…
search-found = “{ $words }”: qual delas?
search-none = Não achei nada para “{ $words }”. Confira como se escreve, diga quem canta, ou me mande um link do YouTube.
search-none-fits = O que achei para “{ $words }” é ao vivo, ainda não saiu, ou passa de { $limit }. Diga quem canta, ou me mande o link de uma mais curta.
search-failed = { $reason ->
        [youtube_refused] O YouTube não está me deixando procurar agora. Me mande um link da música ou um arquivo de áudio, ou tente mais tarde.
        [network] Não consegui acessar o YouTube. Tente daqui a alguns minutos, ou me mande a música como arquivo de áudio.
        [stalled] O YouTube não responde. Tente daqui a alguns minutos, ou me mande a música como arquivo de áudio.
        [timed_out] A busca demorou demais. Tente daqui a pouco, ou me mande um link do YouTube.
       *[other] Algo deu errado do meu lado. Tente daqui a um minuto, ou me mande um link do YouTube.
    }
search-stopped = Tudo bem. Me mande outras palavras, um link do YouTube ou um arquivo de áudio.
search-old = Esta lista é antiga. Mande as palavras de novo.
button-none-of-these = Nenhuma destas

## Andamento e cancelamento

status-none = Nada em andamento. Me mande um link do YouTube ou um arquivo de áudio.
status-none-here = Nada em andamento. Mande /stems e um link do YouTube, ou responda com /stems a uma música.
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
cancel-not-yours = Só quem pediu ou um admin pode cancelar.
button-cancel = Cancelar
button-cancel-all = Cancelar todas
button-resend = Mandar de novo
button-old = Não há mais nada a fazer aqui. /status mostra como estão as coisas.
resend-started = Mandando de novo.

## Cartões

card-video = Vídeo do YouTube { $link }
card-upload = Seu arquivo
unnamed-file = { $kind ->
        [voice] Mensagem de voz de { $person }, { $when }
        [video] Mensagem de vídeo de { $person }, { $when }
       *[file] Arquivo de { $person }, { $when }
    }
card-title = { $artist } - { $title }
card-receiving = Recebendo o seu arquivo…
card-starting = Começando…
card-queued = { $ahead ->
        [0] Próxima da fila
        [one] Na fila, uma música na frente
       *[other] Na fila, { $ahead } músicas na frente
    }
card-queued-somewhere = Na fila
card-fetching = Baixando
card-reading = Lendo o seu arquivo
card-separating = Separando { $stems } e { $last }
card-separating-rest = o resto
card-separating-band = Separando voz e banda
card-rendering = Fazendo os arquivos { $format }
card-player = Montando o player
card-percent = { $percent }%
card-left = falta cerca de { $wait }
card-left-little = faltam alguns segundos
card-wait = cerca de { $wait }
card-model = Primeira vez com esse número de faixas: buscando o que preciso para isso.
card-model-size = Primeira vez com esse número de faixas: buscando { $size } de que preciso para isso.
card-ready = Pronta, vou mandar
card-sending = Mandando
card-done = Pronta em { $wait }
card-done-plain = Pronta
card-cancelled = Cancelada
card-result = { $what }: { $state }
card-here = Você já tem aqui ↑
card-cut-short = O arquivo terminou antes da hora. Você recebe tudo o que havia nele.
card-damaged = Partes deste arquivo estão danificadas, e as faixas seguem sem elas. Se tiver uma cópia melhor, mande essa.
card-late = Neste vídeo o som começa { $shift } depois da imagem. As faixas começam com o som: desloque-as esse tanto para acompanhar a imagem.
card-gaps = Esta gravação tem { $shift } de falhas no som. As faixas seguem sem elas, então são mais curtas esse tanto.
card-uncertain = Mandei isto, mas o Telegram não confirmou a chegada. Se não estiver aqui, toque em “Mandar de novo”.

## Faixas

stem-vocals = voz
stem-accompaniment = acompanhamento
stem-drums = bateria
stem-bass = baixo
stem-piano = piano
stem-guitar = guitarra
stem-other = outros

## Instrumentos sem faixa própria

part-synth = sintetizador
part-strings = cordas
part-brass = metais
part-sax = sax
part-flute = flauta
part-organ = órgão
part-accordion = sanfona
part-kick = bumbo
part-snare = caixa
part-cymbals = pratos
part-backing-vocals = backing vocal

## Como foi enviado, quando não foi como pedido

note-lower-rate = Em { $kbps } kbit/s, porque arquivos melhores passariam dos { $limit_bytes } que cabem em uma mensagem.
note-compressed = Em { $format } em vez de { $wished }, porque esses arquivos passariam dos { $limit_bytes } que cabem em uma mensagem.
note-zip-parts = Em vários zips, cada um abre sozinho, já que um só passaria dos { $limit_bytes } que cabem em uma mensagem.
note-zip-apart = Como arquivos separados, porque o zip passaria dos { $limit_bytes } que cabem em uma mensagem.
note-several-messages = Em várias mensagens, porque juntos passam dos { $limit_bytes } que cabem em uma.
note-no-stem-file = Sem o arquivo de stems, porque ele passa dos { $limit_bytes } que cabem em uma mensagem.
note-turned-down = Volume reduzido ({ $decibels }) para nada clipar · WAV 32-bit float mantém o nível

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
failure-too-large = Este arquivo tem { $bytes }, e eu pego até { $limit_bytes }. Mande uma cópia menor: com menos kbps, ou um trecho.
    .plain = Este arquivo é maior do que consigo pegar. Mande uma cópia menor: com menos kbps, ou um trecho.
failure-not-audio = Não consigo ler isto como áudio: pode estar danificado, ou ser de um tipo que não conheço. Me mande outra cópia da música, ou um link do YouTube.
failure-no-sound = Este vídeo não tem som. Me mande um que tenha.
failure-empty = Não há áudio neste arquivo. Me mande outro.
failure-no-beats = Não ouço uma pulsação clara nesta música, então não tenho clique, contagem nem compassos. Andamento, tom e mixagens funcionam do mesmo jeito: /mix sem bateria 80%
failure-no-chords = Não tenho certeza dos acordes desta música, então não escrevo nenhum. Mais devagar ou em outro tom, as faixas podem ajudar o ouvido: /mix sem bateria 70%
failure-no-notes = Não sei as notas do baixo e da voz desta música. As faixas você pode ter: toque em “Todas as faixas”.
failure-passage-beyond = A música termina em { $seconds }. Escolha um trecho antes disso: /loop 0:05-0:10
    .plain = Esse trecho fica depois do fim da música. Escolha um anterior: /loop 0:05-0:10
failure-bars-beyond = A música tem { $bars } compassos. Escolha entre eles: /loop compassos 5-8
    .plain = A música tem menos compassos do que isso. Escolha outros: /loop compassos 5-8
failure-passage-too-long = Isso passaria de { $limit_seconds }, que é o máximo que faço de um trecho. Toque menos vezes: /loop 1:02-1:18 x4
    .plain = Isso passaria do máximo que faço de um trecho. Toque menos vezes: /loop 1:02-1:18 x4
failure-no-disk = Não tenho mais espaço para outra música. Tente mais tarde, por favor.
failure-model-unavailable = Não consegui buscar o que preciso para { $stems } faixas. Tente mais tarde, por favor.
    .plain = Não consegui buscar o que preciso para esse número de faixas. Tente mais tarde, por favor.
failure-model-damaged = O que busquei para { $stems } faixas chegou danificado, e joguei fora. Mande de novo, por favor.
    .plain = O que busquei para esse número de faixas chegou danificado, e joguei fora. Mande de novo, por favor.
failure-model-missing = Não posso separar com { $model } agora: nenhum worker meu está preparado para isso. Escolha outras faixas em /settings. Quem me mantém pode instalar: uv run fl-bt models
    .plain = Não posso separar com este modelo agora: nenhum worker meu está preparado para isso. Escolha outras faixas em /settings. Quem me mantém pode instalar: uv run fl-bt models
failure-engine-missing = Não estou preparado para separar desse jeito. Quem me mantém pode instalar: uv sync --group spleeter
failure-out-of-memory = Esta música precisa de mais memória do que tenho. Me mande um trecho menor, ou escolha menos faixas em /settings.
failure-unsendable = Mesmo as menores faixas desta música têm { $bytes } cada, e só { $limit_bytes } cabem em uma mensagem. Me mande um trecho menor.
    .plain = As faixas desta música são grandes demais para mandar. Me mande um trecho menor.
failure-missing-right = Não posso enviar arquivos aqui. Quem administra este servidor pode me dar as permissões “Enviar mensagens” e “Anexar arquivos” neste canal. Depois, peça de novo.
failure-interrupted = Fui interrompido duas vezes nesta música. Mande de novo, por favor.
failure-timed-out = Isto demorou mais do que pode. Tente mais tarde, me mande um trecho menor, ou mande a música como arquivo de áudio.
failure-cancelled = Cancelada.
failure-internal = Algo deu errado do meu lado. Mande de novo, por favor; se continuar, avise o meu dono.

## O que se achou numa música. Os nomes das doze notas a partir de dó, com sustenidos e com bemóis, entre espaços

note-names-sharp = Dó Dó♯ Ré Ré♯ Mi Fá Fá♯ Sol Sol♯ Lá Lá♯ Si
note-names-flat = Dó Ré♭ Ré Mi♭ Mi Fá Sol♭ Sol Lá♭ Lá Si♭ Si
analysis-major = { $tonic } maior
analysis-minor = { $tonic } menor
analysis-tempo = { $bpm } BPM
analysis-about = cerca de { $tempo }
terminal-analysis-none = Aqui não tenho certeza de nada: sem pulso firme, sem tom claro.
terminal-analysis-late = A música foi separada, mas a análise não chegou. O registro do worker diz por quê: fl-bt analyse --verbose

## Sob um resultado: botões, mixagens, e o que acontece ao tocar neles

card-title-mix = { $title } · { $mix }
card-mixing = Mixando
card-making = Fazendo os arquivos
card-forgotten = Esqueci: não guardo mais nada desta música. O que mandei fica na conversa até você apagar.
mix-without = sem { $stem }
effect-click = { $use ->
        [stage] clique à esquerda
       *[mixed] clique
    }
effect-count-in = contagem { $bars }
effect-bars = compassos { $bars }
content-click = faixa de clique
content-chart = cifra
content-notes = notas do baixo e da voz
content-session = para a DAW
content-deck = a cappella e instrumental
content-player = player
form-zip = zip
button-only = Só { $stem }
button-pick = Escolher faixas…
button-practise = Ensaiar…
button-mixer = Mixer
button-player = Player
practice-key = Tom { $key }
practice-click = { $use ->
        [stage] Clique à esquerda
       *[other] Clique
    }
practice-count-in = { $bars ->
        [0] Contagem
       *[other] Contagem { $bars }
    }
button-better = Melhor: { $stems } faixas
button-better-wait = Melhor: { $stems } faixas, cerca de { $wait }
button-make = Fazer { $mix }
button-more = Mais…
button-back = Voltar
button-zip = Zip
button-chords = Cifra
button-notes = Notas (MIDI)
button-daw = Para a DAW
button-retry = Tentar de novo
button-again = De novo
button-stems = Todas as faixas
button-forget = Esquecer
button-forget-yes = Sim, esquecer
button-gone = Não me lembro mais desta. Mande de novo o link ou o arquivo, por favor.
pick-how = Toque nas faixas que você quer ouvir.
page-of = { $name }: { $how }
page-closed = Fechado.
page-not-yours = Outra pessoa está escolhendo aqui. Toque em “Escolher faixas…” ou “Ensaiar…” sob a música para ter a sua.
practise-how = Escolha quem toca, em que andamento e em que tom.
pick-how-anew = Toque nas faixas que você quer ouvir. Elas pedem uma nova separação em { $stems }, então demora um pouco.
made-from-stems = Já vou, com as faixas que tenho.
made-again = Aí vem ela.
made-anew = Não tenho mais as faixas dela, então estou separando de novo. Demora um pouco.
made-count = { $stems } faixas pedem uma nova separação, então demora um pouco.
made-better = Já vou. A separação melhor em { $stems } faixas leva alguns minutos.
made-better-wait = Já vou. A separação melhor em { $stems } faixas leva cerca de { $wait }.
better-away = Não tenho { $model } agora: nenhum worker meu está preparado para isso. Escolha outras faixas, ou peça de novo mais tarde.
retry-started = Lá vou eu de novo.
made-already = Já estou fazendo.
forget-sure = Apagar os arquivos desta música do meu disco e tudo o que lembro dela?
forget-not-yours = Só quem pediu ou um admin pode mandar esquecer.
forget-busy = Alguém está esperando por esta música agora. Tente de novo quando terminar.
forget-done = Esquecida.
mix-how = Me diga o que quer ouvir: /mix sem bateria, ou /mix voz baixo. Responda com isso a uma música que mandei, ou eu pego a última.

    Conheço estas faixas: voz, bateria, baixo, piano, outros, e guitarra onde há uma separação melhor; e “banda” para tudo menos a voz.
mix-no-song = Ainda não há música pronta aqui. Me mande primeiro um link do YouTube ou um arquivo de áudio.
mix-no-song-here = Ainda não há música pronta aqui. Mande primeiro /stems e um link do YouTube, ou responda com /stems a uma música.
mix-which-song = Não sei que música é essa. Responda a uma música que mandei, ou ao cartão dela.
mix-whole = Isso é a música inteira. Tire alguma coisa: /mix sem voz
mix-nothing = Assim não sobra nada para ouvir. Tire menos: /mix sem voz
mix-beyond = Consigo ir de 50 a 120 % do andamento, 12 semitons acima ou abaixo, de −40 a +12 dB, e contar um ou dois compassos. Tente: /mix sem bateria 80% -2
mix-meant = Você quis dizer { $mix }?
mix-part = Não consigo separar só isto: { $part }. Fica na faixa “{ $stem }”, junto com o que mais houver nela.
command-mix = Para tocar junto: /mix sem bateria
command-click = Uma faixa de clique, ou uma mixagem com clique
click-how = Me diga com o que vai o clique: /click só para o clique, /click 80%, ou /click sem bateria contagem 1. Responda com isso a uma música que mandei, ou pego a última.
command-loop = Um trecho repetido: 1:02-1:18 x8
command-drill = Um trecho de 70 a 100 % do andamento
loop-how = Me diga que trecho: /loop 1:02-1:18, /loop compassos 5-8 x4 75%, ou /loop sem bateria 1:02-1:18. Responda com isso a uma música que mandei, ou pego a última.
drill-how = Me diga que trecho: /drill sem baixo 1:02-1:18. Toco a 70, 75 … 100 % do andamento, cada vez com contagem; /drill 1:02-1:18 60-90% vai de 60 a 90. Responda com isso a uma música que mandei, ou pego a última.
loop-beyond = Um trecho termina depois de começar e toca de 1 a 32 vezes, de 50 a 120 % do andamento. Tente: /loop 1:02-1:18 x8 75%
command-chords = A cifra, em qualquer tom: -2
command-notes = Baixo e voz em MIDI
chart-how = Me diga o tom, ou nada: /chords, ou /chords -2 para dois semitons abaixo. Responda com isso a uma música que mandei, ou pego a última.
notes-how = Me diga o tom e o andamento, ou nada: /notes, ou /notes -2 80%. Responda com isso a uma música que mandei, ou pego a última.
command-daw = Faixas, clique, mapa de tempo e um projeto do Reaper
command-deck = A cappella e instrumental, com tom e BPM no nome
daw-how = /daw manda um zip: cada faixa sem perdas, um clique, o mapa de tempo em MIDI e um projeto do Reaper. Responda com isso a uma música que mandei, ou pego a última. Tom e andamento a sua DAW muda sozinha.
deck-how = Me diga o tom e o andamento, ou nada: /deck, ou /deck +1 95%. Responda com isso a uma música que mandei, ou pego a última.

## Grupos

stems-how = Mande /stems e um link do YouTube; ou responda com /stems a uma mensagem que tenha um link ou uma música. Para achar uma música pelo nome: /find elis águas de março.
group-hello = Oi, pessoal! Mandem /stems e um link do YouTube, ou respondam com /stems a uma música que alguém postou, e eu devolvo as faixas separadas.

    Em /settings os admins escolhem quantas faixas, qual formato e em que língua eu respondo.
help-group = Mande /stems e um link do YouTube, ou responda com /stems a uma mensagem que tenha um link ou uma música. Me mencionar dá no mesmo. Eu separo as faixas da música e mando aqui.

    /find elis águas de março – eu procuro essa música no YouTube, e você toca na certa
    /mix sem bateria – uma mixagem da última música, ou da que você responder; em resposta a um resultado, basta “sem bateria”
    /click, /loop, /drill, /chords, /notes, /daw e /deck valem aqui também: /help na nossa conversa privada explica
    /settings – quais faixas, qual formato, a que eu respondo
    /status – o que estou fazendo aqui
    /cancel – parar o que estou fazendo para você

    Músicas podem ter até { $limit }, arquivos até { $size }.
group-every-link = { $every ->
        [on] Eu pego todo link do YouTube postado aqui.
       *[off] Eu pego o que me pedem: com /stems, ou me mencionando.
    }
group-every-link-button = { $every ->
        [on] Todo link
       *[off] Só a pedido
    }
group-sees-little = Para isso eu preciso ver todas as mensagens: diga /setprivacy ao @BotFather, me escolha, depois Disable, e me adicione de novo a este grupo.
group-language = { $language ->
        [en] Eu respondo em inglês.
        [pt-BR] Eu respondo em português.
       *[each] Eu respondo a cada um na sua língua.
    }
group-language-button = { $language ->
        [en] English
        [pt-BR] Português
       *[each] A de cada um
    }
too-many-open-here = { $limit ->
        [one] Há uma música
       *[other] Há { $limit } músicas
    } em andamento nesta conversa, que é o máximo que eu pego de uma vez.
too-many-open-anywhere = A minha fila está cheia: { $limit ->
        [one] uma música espera
       *[other] { $limit } músicas esperam
    } nela, somando todo mundo.
sent-alone = Mandei para você na nossa conversa privada.
sent-nowhere = Isto é só para você, e eu não consigo te escrever. Abra { $link }, toque em Iniciar e me peça de novo.
command-stems = Faixas de um link, ou da música que você responder

## Playlists

playlist-looking = Olhando a playlist…
playlist-unnamed = Uma playlist
playlist-count = { $count ->
        [one] Uma música
       *[other] { $count } músicas
    }
playlist-cut = Ela tem mais músicas do que eu pego de uma lista; estas são as primeiras.
playlist-longer = { $count ->
        [one] Fica de fora: uma com mais de { $limit }.
       *[other] Ficam de fora: { $count } com mais de { $limit }.
    }
playlist-unplayable = { $count ->
        [one] Fica de fora: uma que o YouTube não me dá.
       *[other] Ficam de fora: { $count } que o YouTube não me dá.
    }
playlist-start = { $count ->
        [one] Começar com ela
       *[other] Começar: { $count } músicas, uma depois da outra
    }
playlist-no = Agora não
playlist-stop = Parar
playlist-at = Música { $place } de { $count }
playlist-waits = Esperando o seu toque em “Começar”
playlist-lost = ✗ { $title }: { $why }
list-more = … e mais { $count }
playlist-done = { $here ->
        [one] Pronto: uma música de { $count } está aqui.
       *[other] Pronto: { $here } músicas de { $count } estão aqui.
    }
playlist-stopped = { $done ->
        [0] Parado.
        [one] Parado depois de uma música.
       *[other] Parado depois de { $done } músicas.
    }
playlist-unseen = Não consigo ver essa playlist: ela é privada, ou não existe. Deixe-a pública ou não listada, ou me mande os links das músicas.
playlist-empty = Não há nela nenhuma música que eu possa pegar.
playlist-endless = Esta é uma mix que o YouTube inventa na hora e que não tem fim. Abra a música que você quer e me mande o link dela.
playlist-endless-beside = Esse link é de uma mix sem fim; eu pego só a música.
playlist-started = Uma depois da outra. /cancel interrompe.
playlist-ends = Parado.
playlist-not-yours = Só quem pediu esta playlist ou um admin pode fazer isso.
playlist-too-many = Você tem { $limit ->
        [one] uma playlist aberta
       *[other] { $limit } playlists abertas
    }, que é o máximo de que eu cuido de uma vez. { $left ->
        [one] Deixei uma de fora.
       *[other] Deixei { $left } de fora.
    } Pare uma ou espere uma terminar, e mande as outras de novo.
playlist-too-many-here = Há { $limit ->
        [one] uma playlist aberta
       *[other] { $limit } playlists abertas
    } nesta conversa, que é o máximo de que eu cuido de uma vez. { $left ->
        [one] Deixei uma de fora.
       *[other] Deixei { $left } de fora.
    } Pare uma ou espere uma terminar, e mande as outras de novo.
button-playlist = A playlist inteira

## Status

status-idle = Nada em andamento em lugar nenhum.
status-unknown = Não sei nada sobre essa mensagem. Responda com /status a uma música que eu mandei, ou ao cartão dela.
button-cancel-song = Cancelar { $title }
command-stats = Fila, disco, versões, falhas
stats-owner-only = Só o meu dono pode ver isso.
stats-queue = Fila: { $waiting ->
        [one] uma música
       *[other] { $waiting } músicas
    }, { $workers ->
        [0] nenhum worker vivo
        [one] um worker vivo
       *[other] { $workers } workers vivos
    }
stats-disk = Disco: { $free } livres; os resultados ocupam { $used } de { $quota }
stats-worker = { $count ->
        [one] Worker: { $versions }
       *[other] { $count } workers: { $versions }
    }
stats-versions = Bot: FL-BT { $version }, Python { $python }, { $library }
stats-ends = Em { $days } dias: { $done } prontas, { $cancelled } canceladas
stats-reason = Falhas, { $reason }: { $count }
stats-provider = { $state ->
        [up] YouTube por { $provider }: funciona
       *[down] YouTube por { $provider }: recusado, em descanso
    }
provider-down = O YouTube me recusa pelo { $provider }. { $left ->
        [0] Não sobra outro caminho: os links falham até um voltar. Arquivos continuam funcionando.
       *[other] Enquanto isso vou pelo outro caminho.
    } Uma atualização pode ajudar: uv run --upgrade-package { $provider } fl-bt up
provider-up = O YouTube voltou a funcionar pelo { $provider }.
owner-cause = { $reason ->
        [no_disk] O disco está cheio, então as músicas falham. Abra espaço, ou diminua FLBT_QUOTA_GB.
        [model_unavailable] Não consigo baixar os pesos de um modelo, então as músicas dele falham. Confira a conexão e rode: uv run fl-bt models fetch 2 4 5
        [model_damaged] Os pesos de um modelo chegam danificados, então as músicas dele falham. Confira o disco e a conexão e rode: uv run fl-bt models fetch 2 4 5
        [model_missing] Uma música precisa de um modelo cujos pesos não estão instalados. Veja como instalar: uv run fl-bt models
        [engine_missing] O motor de FLBT_ENGINE não está instalado, então as músicas falham. Instale: uv sync --group spleeter
        [out_of_memory] Uma música precisou de mais memória do que há. Me dê mais (FLBT_MEMORY_MB), ou diminua FLBT_MAX_SECONDS.
        [interrupted] Um worker foi morto duas vezes durante uma música. O log dele diz quando; muitas vezes falta memória na máquina.
       *[internal] Uma música falhou por um defeito meu. O log do worker diz por quê.
    }

    /stats conta as falhas. Digo isto uma vez só, não a cada música.

## Limites por pessoa e por conversa

failure-over-quota = { $whose ->
        [chat] Eu separo até { $limit_seconds } de música por conversa em 24 horas, e { $used_seconds } já foram usados aqui.
       *[person] Eu separo até { $limit_seconds } de música por pessoa em 24 horas, e você já usou { $used_seconds }.
    } Haverá lugar de novo daqui a { $wait_seconds }. Músicas que já mandei, e outras misturas delas, você pode ter a qualquer hora.
    .weighted = { $whose ->
        [chat] Eu separo até { $limit_seconds } de música por conversa em 24 horas, e { $used_seconds } já foram usados aqui.
       *[person] Eu separo até { $limit_seconds } de música por pessoa em 24 horas, e você já usou { $used_seconds }.
    } Um minuto desta separação melhor conta { $weight } vezes. Haverá lugar para ela daqui a { $wait_seconds }; com as faixas de sempre, talvez já.
    .plain = É toda a música de hoje. Amanhã haverá lugar de novo.
too-fast = Isso foi mais do que consigo acompanhar. Volto a ouvir depois de { $wait } sem mensagens suas.
access-closed-tap = Este bot é privado. Peça ao dono para liberar você.
status-minutes = Música separada em 24 horas: { $used } de { $limit }.
playlist-paused = A playlist termina aqui por hoje. Mande o link de novo mais tarde: o que já está pronto não custa nada.

## No terminal

file-unreadable = Não consigo ler este arquivo: { $why }. Veja se o nome está certo, e quem pode ler.
folder-unwritable = Não consigo gravar em { $place }: { $why }. Escolha outra pasta com --output.
terminal-missing = Não há arquivo com este nome. Confira o nome e a pasta, ou dê um link do YouTube.
terminal-folder = Isto é uma pasta. Acrescente --recursive para pegar as músicas dentro dela.
terminal-no-file = Isto não é arquivo nem pasta. Dê um arquivo de áudio ou um link do YouTube.
terminal-no-songs = Não há arquivo de áudio ou vídeo nesta pasta. Escolha outra, ou dê o nome dos próprios arquivos.
terminal-no-list = A entrada padrão não tem uma lista. Ponha um link ou nome de arquivo em cada linha; o som mesmo tem que vir de um arquivo.
terminal-place = { $place } de { $count }
terminal-moved = A rede deixou { $level } da música de fora; isso está em “{ $stem }”.
terminal-sum = Somadas, as faixas diferem da música em { $level }
terminal-skipped = já está lá, pulei
terminal-mix-unknown = Não entendo a mixagem “{ $words }”. Diga o que quer ouvir: "sem bateria", ou "voz e baixo". Conheço estas faixas: { $stems }.
terminal-mix-beyond = Consigo ir de 50 a 120 % do andamento, 12 semitons acima ou abaixo, de −40 a +12 dB, e contar um ou dois compassos: "sem bateria 80% -2"
terminal-mix-meant = Você quis dizer “{ $mix }”? Então escreva isso no lugar.
terminal-mix-part = Não consigo separar só isto: { $part }. Fica na faixa “{ $stem }”, junto com o que mais houver nela. Para tudo isso: --mix "{ $mix }"
terminal-mix-whole = Essa mixagem é a música inteira. Tire alguma coisa: "sem voz"
terminal-mix-nothing = Dessa mixagem não sobra nada para ouvir. Tire menos: "sem voz"
terminal-stem-missing = { $model } tem estas faixas: { $stems }. Deixe de fora --stems e --model, e eu escolho o que serve.
terminal-name-field = --name: não conheço o campo { $field }. Conheço estes: { $fields }.
terminal-name-braces = --name: falta ou sobra uma chave. Escreva os campos assim: { $example }
terminal-name-part = --name tem que ser um caminho dentro da pasta de saída, sem partes vazias, “.” e “..”. Por exemplo: { $example }
terminal-name-stem = --name precisa do campo { $field }, pois saem vários arquivos de cada música.
terminal-name-zip = Um zip contém todas as faixas: deixe { $field } fora de --name.
terminal-bitrate = --bitrate é para MP3 e M4A. Acrescente --format mp3 ou --format m4a.
terminal-only-zip = --zip junta todas as faixas: deixe de fora --only e --mix, ou --zip.
terminal-player-alone = --player é uma página com todas as faixas: deixe de fora --mix, --only, --zip, --click, --count-in e --loop. Um zip já traz a página.
terminal-only-mix = Dê --only ou --mix, não os dois.
terminal-make-alone = --make é para outra coisa que faixas e mixagens: tire --only, --mix, --zip e --player, ou --make.
terminal-clash = Dê --overwrite ou --skip, não os dois.
terminal-search-how = Dê o nome de uma música, com no máximo { $limit } caracteres: fl-bt find elis tom águas de março
terminal-search-none = O YouTube não tem nada com esse nome que eu possa pegar. Confira como se escreve, ou diga quem canta.
terminal-search-failed = { $reason ->
        [youtube_refused] O YouTube não me deixa procurar agora. Tente mais tarde, ou dê um link.
        [network] Não dá para alcançar o YouTube. Veja a conexão.
        [stalled] O YouTube não responde. Tente de novo em alguns minutos.
        [timed_out] A busca demorou demais. Tente de novo; com FLBT_REDIS_URL, é preciso que um worker esteja rodando.
       *[other] Algo deu errado do meu lado. Tente de novo; -v mostra o log.
    }
terminal-failure-bad-link = Não há música atrás deste link. Dê o link de um vídeo do YouTube, ou um arquivo de áudio.
terminal-failure-not-youtube = Aqui só funcionam links do YouTube. Dê um deles, ou a música como arquivo de áudio.
terminal-failure-channel = Este link é um canal ou uma busca, não uma música. Dê o link de um vídeo.
terminal-failure-playlist = Este link é uma playlist inteira. Dê os links das músicas; - lê uma lista deles da entrada padrão.
terminal-failure-private = Este vídeo é privado. Tente outro link, ou a música como arquivo de áudio.
terminal-failure-removed = Este vídeo não está mais no YouTube. Tente outro link, ou a música como arquivo de áudio.
terminal-failure-age-restricted = O YouTube só mostra este vídeo a adultos conectados. Configure FLBT_YOUTUBE_COOKIES, ou tente outro link ou um arquivo de áudio.
terminal-failure-members-only = Este vídeo é só para membros do canal. Configure FLBT_YOUTUBE_COOKIES, ou tente outro link ou um arquivo de áudio.
terminal-failure-region-blocked = O YouTube não mostra este vídeo onde esta máquina está. Tente outro link, ou a música como arquivo de áudio.
terminal-failure-live = Isto é uma transmissão ao vivo. Tente de novo quando acabar.
terminal-failure-upcoming = Este vídeo ainda não saiu. Tente de novo quando sair.
terminal-failure-youtube-refused = O YouTube não me deixa baixar agora. Tente mais tarde, configure FLBT_YOUTUBE_COOKIES, ou dê a música como arquivo de áudio.
terminal-failure-network = Não dá para alcançar o YouTube. Veja a conexão, ou dê a música como arquivo de áudio.
terminal-failure-stalled = O download parou no meio. Tente de novo.
terminal-failure-upload-gone = Minha cópia deste arquivo não está mais lá. Tente de novo.
terminal-failure-too-long = Isto dura { $seconds }, e o limite é { $limit_seconds }. Aumente FLBT_MAX_SECONDS, ou pegue um trecho menor.
    .plain = Isto é mais longo que o limite. Aumente FLBT_MAX_SECONDS, ou pegue um trecho menor.
terminal-failure-too-large = Este arquivo tem { $bytes }, e o limite é { $limit_bytes }. Aumente FLBT_MAX_UPLOAD_MB, ou pegue uma cópia menor.
    .plain = Este arquivo é maior que o limite. Aumente FLBT_MAX_UPLOAD_MB, ou pegue uma cópia menor.
terminal-failure-not-audio = Não consigo ler isto como áudio: pode estar danificado, ou ser de um tipo que não conheço. Tente outra cópia da música.
terminal-failure-no-sound = Este vídeo não tem som. Pegue um que tenha.
terminal-failure-empty = Este arquivo está vazio. Pegue outra cópia da música.
terminal-failure-no-beats = Esta música não tem uma pulsação que eu consiga seguir, então não há clique nem contagem. Tire --click, --stage e --count-in.
terminal-failure-no-chords = Os acordes desta música não são conhecidos.
terminal-failure-no-notes = As notas do baixo e da voz desta música não são conhecidas.
terminal-failure-passage-beyond = A música termina em { $seconds }. Escolha um trecho antes disso: --loop 0:05-0:10
    .plain = Esse trecho fica depois do fim da música. Escolha um anterior.
terminal-failure-bars-beyond = A música tem { $bars } compassos. Escolha entre eles: --loop "compassos 5-8"
    .plain = A música tem menos compassos do que isso. Escolha outros.
terminal-failure-passage-too-long = Isso passaria de { $limit_seconds }. Toque o trecho menos vezes: --loop "1:02-1:18 x4"
    .plain = Isso passaria do máximo de um trecho. Toque menos vezes.
terminal-loop-unknown = Não entendo o trecho “{ $words }”. Dê os tempos ou os compassos: --loop "1:02-1:18 x8", --loop "compassos 5-8", ou --loop "1:02-1:18 70-100%" para um treino.
terminal-loop-beyond = Um trecho termina depois de começar, toca de 1 a 32 vezes, e um treino começa entre 50 e 115 %: --loop "1:02-1:18 x8"
terminal-failure-no-disk = O disco não tem espaço para outra música. Libere um pouco, ou aponte FLBT_DATA para uma pasta em outro disco.
terminal-failure-model-unavailable = Não consegui baixar os pesos para { $stems } faixas. Confira a conexão, e tente de novo. Se você tem o arquivo: uv run fl-bt models add ARQUIVO
    .plain = Não consegui baixar os pesos deste modelo. Confira a conexão, e tente de novo. Se você tem o arquivo: uv run fl-bt models add ARQUIVO
terminal-failure-model-damaged = Os pesos para { $stems } faixas chegaram danificados, e eu os apaguei. Tente de novo.
    .plain = Os pesos chegaram danificados, e eu os apaguei. Tente de novo.
terminal-failure-model-missing = Os pesos de { $model } não estão instalados. Veja a licença e baixe: uv run fl-bt models fetch { $name }
    .plain = Os pesos deste modelo não estão instalados. Veja como instalar: uv run fl-bt models
terminal-failure-engine-missing = O motor de FLBT_ENGINE não está instalado. Instale: uv sync --group spleeter
terminal-failure-out-of-memory = Esta música precisa de mais memória do que há. Pegue um trecho menor, ou menos faixas.
terminal-failure-interrupted = O worker parou duas vezes enquanto trabalhava nisto. Tente de novo; -v mostra o log.
terminal-failure-timed-out = Isto demorou mais que FLBT_JOB_TIMEOUT. Aumente, ou pegue um trecho menor.
terminal-failure-internal = Algo deu errado do meu lado. Tente de novo; -v mostra o log.

## Discord

discord-taken = Já comecei. O cartão está neste canal.
discord-right-missing = Ainda não posso trabalhar neste canal: preciso de { $rights }. Quem administra este servidor pode me dar isso.
discord-hidden = O Discord não me mostra a mensagem que você respondeu. Abra o menu dela, escolha Aplicativos e depois Stems; ou mande você mesmo o link.
discord-command-start = iniciar
discord-command-help = ajuda
discord-command-stems = faixas
discord-command-find = achar
discord-command-mix = mixagem
discord-command-click = clique
discord-command-loop = trecho
discord-command-drill = treino
discord-command-chords = acordes
discord-command-notes = notas
discord-command-daw = daw
discord-command-deck = deck
discord-command-status = andamento
discord-command-cancel = cancelar
discord-command-settings = ajustes
discord-command-stats = estatísticas
discord-command-allow = permitir
discord-command-deny = retirar
discord-command-who = quem
discord-option-code = código
discord-about-code = O código do log, que torna você o dono
discord-option-link = link
discord-about-link = Um link do YouTube, ou vários
discord-option-file = arquivo
discord-about-file = Um arquivo de áudio ou vídeo
discord-option-words = palavras
discord-about-words = O nome de uma música, e quem canta
discord-option-what = o-quê
discord-about-what = sem bateria; ou voz baixo
discord-option-passage = trecho
discord-about-passage = 1:02-1:18 x8 75%; ou sem bateria compassos 5-8
discord-option-key = tom
discord-about-key = Semitons acima ou abaixo: -2
discord-option-all = todas
discord-about-all = As músicas de todos, para o dono
discord-option-person = pessoa
discord-about-person = Quem; sem isso, este servidor inteiro
discord-option-number = número
discord-about-number = O número de uma pessoa ou de um servidor

## A página no navegador. Um parâmetro fica sozinho entre chaves; nenhuma frase daqui escolhe por número

web-lead = As faixas de uma música: só a voz, só a banda, bateria, baixo; e playbacks feitos delas.
web-ask-title = Separar uma música
web-ask-label = Um link do YouTube ou o nome de uma música
web-ask-button = Ir
web-choose = Escolher arquivos…
web-drop = Ou solte arquivos de áudio em qualquer lugar da página; até { $limit } cada.
web-drop-here = Solte, que eu pego.
web-songs-title = Suas músicas
web-songs-none = Nenhuma música ainda. Cole um link ou escolha um arquivo acima.
web-kept = As músicas são processadas na máquina que serve esta página e não vão para nenhum outro lugar. Esta lista é deste navegador.
web-language = Idioma:
web-lost = A conexão caiu. Eu tento de novo sozinho, e nada se perde: as músicas em andamento continuam.
web-unreachable = Não consigo falar com o servidor.
web-went-wrong = Algo deu errado do meu lado. Tente de novo daqui a um minuto.
web-close = Fechar
web-close-name = Fechar: { $name }
web-cancel = Cancelar
web-upload-waits = Espera o arquivo anterior
web-upload-progress = Envio de { $name }
web-upload-sent = { $done } de { $total } enviados
web-upload-lost = A conexão caiu no meio do caminho. Envio o arquivo de novo assim que ela voltar.
web-upload-broken = Este arquivo não consegue passar. A conexão pode estar lenta demais, ou algo no caminho não deixa passar arquivos grandes.
web-upload-cancel = Cancelar o envio de { $name }
web-upload-cancelled = O envio de { $name } foi cancelado.
web-upload-done = { $name } chegou.
web-upload-large = Este arquivo tem { $size }, e eu aceito até { $limit }. Escolha uma cópia menor: com taxa de bits mais baixa, ou um trecho mais curto.
web-upload-empty = Este arquivo está vazio. Escolha outra cópia da música.
web-upload-unreadable = O navegador não consegue mais ler este arquivo: ele foi movido ou alterado. Escolha de novo.
web-progress = Progresso de { $name }
web-foreign = compartilhada com você
web-files-gone = Os arquivos disto não estão mais guardados. Posso fazer de novo.
web-again = Fazer de novo
web-retry = Tentar de novo
web-zip = Baixar tudo (zip)
web-player-open = Abrir o player
web-player-close = Fechar o player
web-player-title = Player: { $name }
web-file = { $name } ({ $size })
web-picture-stems = Formas de onda das faixas de { $name }
web-picture-chart = Acordes de { $name }, compasso por compasso
web-song-title = Esta música
web-send-chat = Mandar para a conversa
web-forget = Esquecer esta música
web-forget-sure = Apagar do servidor os arquivos desta música e tudo o que ele lembra dela?
web-forget-yes = Sim, esquecer
web-forget-no = Não, manter
web-more = Mais desta música
web-more-quick = Playbacks
web-more-heard = O que se ouve
web-more-practice = Estudo
web-more-format = Arquivos
web-more-written = No papel, para a DAW, para o DJ
web-more-words = Em palavras
web-words-label = Como numa conversa: sem bateria 80% -2, repete 1:02-1:18 x8, /chords -2
web-words-button = Pedir
web-without = Sem { $stem }
web-only = Só { $stem }
web-model = Faixas
web-format = Formato
web-parts = Como
web-parts-mix = um arquivo, tudo junto
web-parts-stems = um arquivo por faixa, e um zip
web-level-0 = toca
web-level-6 = mais alto (+6 dB)
web-level-minus-6 = mais baixo (−6 dB)
web-level-minus-18 = como guia (−18 dB)
web-level-out = fora
web-tempo = Andamento
web-key = Tom
web-semitones = { $number } semitons
web-click = Clique
web-click-none = nenhum
web-click-mixed = junto com a música
web-click-stage = à esquerda, música à direita
web-count-in = Compassos de contagem
web-none = nenhum
web-passage = Trecho
web-passage-none = a música inteira
web-passage-seconds = de um tempo a outro
web-passage-bars = de um compasso a outro
web-start = De
web-end = Até
web-times = Quantas vezes
web-slowest = Treino
web-drill-none = sempre no mesmo andamento
web-drill-from = de { $percent } % até o andamento
web-make = Fazer
web-extra-chart = Acordes
web-extra-notes = Baixo e voz em MIDI
web-extra-session = Para a DAW (zip)
web-extra-deck = Para o DJ: acapella e instrumental
web-extra-click = Só o clique
web-order-nothing = Assim não sobra nada para ouvir. Traga uma faixa de volta.
web-order-times = Dê dois tempos da música, o maior por último: 1:02 e 1:18.
web-order-bars = Dê dois compassos da música, o maior por último: 5 e 8.
web-order-drill = Um treino começa mais devagar do que termina. Escolha um começo menor, ou um andamento maior.

## No terminal de um bot

banner-pair = Abra este link, ou leia o código com o celular, para ser o dono deste bot:
banner-open = O bot está ouvindo. O link dele, para você e a sua banda:
banner-inline = Para compartilhar músicas em qualquer conversa, ative o modo inline: envie /setinline ao @BotFather.
banner-pair-discord = Para ser o dono deste bot, escreva para ele no Discord: /start code:{ $code }
banner-invite = Abra este link, ou leia o código, para convidar o bot para um servidor:
banner-web = Abra este link no navegador, ou escaneie o código com o celular. O primeiro navegador é de quem cuida do bot:

## Above the results of an inline query: short, since it is a button

share-open = Abrir o bot
share-nothing = Nada encontrado: mande uma música

## The web page

web-unknown-task = Essa música não está aqui. Talvez tenha sido esquecida: as músicas só ficam guardadas por um tempo.
web-not-found = Não há nada neste endereço.
web-wrong-method = Este endereço não aceita esse método.
web-bad-id = Isso não é o id de um vídeo do YouTube: ele tem onze letras, algarismos, - ou _. Ele está no link do vídeo, depois de v=.
web-bad-body = O servidor não conseguiu ler este pedido. Recarregue a página e tente de novo.
web-no-file = Não há arquivo neste envio. Mande-o como formulário, no campo “file”.
web-broken-upload = O envio foi interrompido. Nada foi guardado; mande o arquivo de novo.
web-slow = A conexão estava lenta demais, e o servidor parou de esperar. Tente de novo.
web-too-early = Esta música ainda não está pronta. Tente de novo quando ela terminar.
web-failed = Não há nada para baixar: { $why }
web-gone = Os arquivos desta música não estão mais guardados. Faça-a de novo e depois baixe.
web-too-fast = Foram pedidos demais de uma vez. Espere meio minuto e continue.
web-not-yours = Esta música é de outro navegador. Você pode ouvir e baixar, mas só lá ela pode ser mudada.
web-no-cookie = Isto precisa do cookie da página. Abra a página primeiro e permita cookies para ela.
web-no-token = Esta página precisa do link com o token. Peça o link a quem cuida dela.
web-foreign-host = Este servidor não responde por esse nome. Quem cuida dele pode acrescentar o nome em FLBT_WEB_URL ou FLBT_WEB_HOSTS.
web-foreign-origin = Uma página de outro site mandou este pedido, e ele foi recusado. Abra a página deste servidor.

## The Mixer: the page that a button under a result opens

mixer-unknown = Este link não leva mais a nenhuma música. Peça a música de novo na conversa.
mixer-who = Não sei quem você é: esta página foi aberta há mais de um dia, ou fora do Telegram. Toque de novo no botão embaixo da música.
mixer-closed = Este bot é privado. Peça ao dono que libere você e toque de novo no botão.
mixer-gone = As faixas desta música não estão mais guardadas. Peça a música de novo na conversa.
mixer-elsewhere = Esta página é de uma música da sua conversa. Peça outras músicas na própria conversa.
mixer-no-stems = Estas faixas ainda não foram feitas, e um link não faz novas. Peça por elas na conversa.
mixer-sent = A caminho da conversa.
