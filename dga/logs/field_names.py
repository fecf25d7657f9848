"""The field dictionary: under which names products keep a DNS event's roles, surest name first.

A name is written in lower case without separators and accents ("dns.question.name" ->
"dnsquestionname", "Domäne" -> "domane") and
matches a field whose path ends with it ("winlog.event_data.QueryName" ends with "queryname"); a
name that starts with "=" matches only a whole path. Data only; `dga.logs.fields` chooses.
"""

from __future__ import annotations

from typing import Final

QUERY: Final = "query"
CLIENT: Final = "client"
RCODE: Final = "rcode"
TIME: Final = "time"
ANSWERS: Final = "answers"
PROCESS: Final = "process"
ROLES: Final = (QUERY, CLIENT, RCODE, TIME, ANSWERS, PROCESS)

# The name that was asked for: nothing else is ever kept under these names.
QUERY_SURE: Final = (
    "dnsquestionname",  # ECS, packetbeat, Filebeat's Zeek and Suricata modules
    "questionsname", "questionname",  # dnstap JSON, Google Chronicle, GCP
    "dnsqryname",  # tshark, Wireshark
    "dnsrrname", "queriesrrname", "queryrrname", "rrname",  # Suricata v1 to v3, passive DNS (COF)
    "dnsqueryname", "queryname", "dnsqueryhostname",  # Sysmon 22, Wazuh, Route 53 resolver, GCP
    "dnsquerystring", "dnsquery", "dnsrequest", "dnsquestion",  # Sentinel ASIM, SentinelOne, Arkime
    "qname", "requestname", "queryfqdn", "querydomain", "requesteddomain", "requestdomain",
    "queryrequest", "destinationdnsdomain", "dnsdomainname", "dnshostname", "dnshost",
    "querytarget", "dnsquestions",  # Defender for Identity, Arkime
    "queryhostname",  # OCSF
    "=query", "query",  # Zeek, BloxOne, Splunk's network resolution data model
    "question", "netconndomain", "dnsreq", "=qh",  # AdGuard Home
)  # fmt: skip
# Names from a handshake or a request: they stand in where a row has no queried name.
QUERY_ALSO: Final = (
    "tlssni", "sslservername", "tlsclientservername", "servername", "=sni", "sni",
    "urldomain", "destinationdomain", "destdomain", "urlhostname", "httphostname", "requesthost",
    "cshost",
)  # fmt: skip
# Names that hold the queried name in some exports and something else in others.
QUERY_LIKELY: Final = (
    "=entry", "=fqdn",
    "domainname", "=domain", "=domains", "domain", "fqdn", "remoteurl", "url", "uri", "dsthost",
    "dhost", "desthostname", "requesturl", "website", "site", "=name", "=hostname", "hostname",
    "=host", "=indicator", "indicator", "ioc", "=value", "=message", "=given",
    "domane", "domanenname", "ドメイン名", "ドメイン", "域名", "доменноеимя", "домен", "도메인",
    "domaene",
    "domaenenname", "abfragename", "nomdedomaine", "domaine",
    "dominio", "nombrededominio", "nomededominio", "nomedominio", "domeinnaam", "domein", "domena",
    "nazwadomeny",
)  # fmt: skip
# Names and addresses that stand beside what was asked, in requests, mails and documents: the page
# before, the other people, links to the product's own pages. Never the queried name.
BESIDE: Final = (
    "referer", "referrer", "refererurl", "referrerurl", "httprefer", "csreferred",
    "httpreferrer", "httprefererurl", "useragent", "querynamereversed", "namereversed",
    "messageid", "sender", "recipient", "senderaddress", "recipientaddress", "mailfrom", "rcptto",
    "useremailaddress", "fromuseremailaddress", "senderdomain", "recipientdomain",
    "registrantemaildomain", "linksself", "threaturl", "urlhauslink", "issuerdn", "reporter",
)  # fmt: skip
# These are names of a row only where no other column holds any.
LAST: Final = (
    "=id", "=_id", "uid", "uuid", "guid", "self", "href", "link", "links", "permalink",
    "reference", "references", "externalreference", "externalreferences", "feed", "title",
    "comment", "description", "nameserverdomain", "mxdomain", "issuer", "subject",
)  # fmt: skip
# Those of them that mean domains also where the first rows hold none.
QUERY_PLAIN: Final = ("=domain", "=domains", "domainname", "domain", "fqdn", "url")
# The machine, sensor, server or account that an event is from. Never the queried name.
MACHINE: Final = (
    "computer", "computername", "hostname", "hosthostname", "hostfqdn", "agentname",
    "agenthostname", "beathostname", "beatname", "observername", "observerhostname", "sensor",
    "sensorname", "sensorid", "devicename", "devicehostname", "devicefqdn", "=dvc", "dvchost",
    "dvchostname", "dvcname", "dvcfqdn", "dvcdomain", "devname", "reporter", "reportinghost",
    "collector", "logsource", "dnsserver", "dnsservername", "sourcehost", "sourcehostname",
    "srchost", "srchostname", "srcfqdn", "srcdomain", "shost", "sysloghost", "sysloghostname",
    "syslogserver", "managername", "predecoderhostname", "clustername", "nodename", "workstation",
    "machine", "machinename", "endpoint", "endpointname", "clienthostname", "clientname",
    "clientdomain", "clienthost", "sourcedomain", "netbios", "userdomain", "accountdomain",
    "subjectdomainname", "targetdomainname", "userprincipalname", "upn", "email", "username",
    "identity", "identities", "useremail", "agentfqdn", "rsyslogserver", "splunkserver", "=_host",
    "winlogcomputername", "originhost", "forwarder", "resolver", "upstream", "viewname", "dnsview",
    "=source", "=sourcetype", "=server", "=index", "=_index", "nameserver", "hostedzone",
    "endpointhostname", "srcendpointhostname", "dstendpointhostname", "dstendpointdomain",
    "pscomputername", "destinationdevicename", "hostidentifier", "upstreamcluster", "observername",
    "rechnername", "=rechner",
    "=arbeitsplatz", "ordinateur", "=poste", "equipo", "nomedelcomputer",
)  # fmt: skip
# So end names of machines and accounts that are written as one word.
MACHINE_ENDS: Final = (
    "devicename",
    "computername",
    "machinename",
    "workstationname",
    "accountdomain",
    "userdomain",
    "accountname",
    "computer",
    "userprincipalname",
)
CLIENT_NAMES: Final = (
    "=userip", "dnsclientip", "clientip", "clientaddress", "clientipaddress", "clientaddr",
    "=cip", "cip",
    "idorigh", "srcipaddr", "srcip", "ipsrc", "ipv6src", "sourceip", "srcipaddress",
    "sourceipaddress", "sourceaddress", "srcaddr", "srcaddress", "sourceaddr", "origh",
    "internalip", "internalipaddress", "callerip", "queryip", "qip",
    "srcendpointip", "endpointip", "localaddressip4", "localaddressip",
    "attackeraddress",
    "cltsip", "initiatorip", "principalip", "agentipaddresses", "queryaddress", "queryaddr",
    "requestip", "requestaddress", "localip", "deviceip", "dvcip", "=src", "src",
    "=client", "client", "=ip", "=source", "sourceclient", "clientid", "callsrc", "agentip",
    "hostip", "=ipaddress", "clientipaddr", "=host",
    "ipquelle", "quellip", "quelladresse", "adresseipsource", "ipsource", "ipdeorigen",
    "indirizzoip", "iporigine", "adresseip", "direccionip", "enderecoip", "sourcenetworkaddress",
    "downstreamremoteaddress", "netpeerip", "networkclientip", "clientnwaddress", "sourcenetworkip",
)  # fmt: skip
# Of them, those that hold what a name resolved to in lists and reports.
CLIENT_OR_ANSWER: Final = ("=ip", "ip", "=ipaddress", "ipaddress", "hostip", "=host", "=source")
# A table with one of these is a log of questions.
QUERY_TYPES: Final = ("=qt", "qtype", "querytype", "qtypename", "querytypename", "questiontype")
# Words in the names of columns that tell who asked.
CLIENT_WORDS: Final = frozenset((
    "client", "clients", "src", "source", "orig", "origin", "originator", "user", "requester",
    "requestor", "querier", "caller", "local", "int", "internal", "agent", "device", "endpoint",
    "lan", "from", "who", "workstation", "asset", "initiator", "principal", "subscriber", "cip",
    "quelle", "quell", "origen", "origem", "sorgente", "bron", "kaynak", "zrodła", "klient",
))  # fmt: skip
# Addresses that a firewall put in the place of a client's.
TRANSLATED: Final = (
    "natsourceip", "natsrcip", "srcxlateip", "sourcetranslatedaddress", "transip", "natsource",
    "postnatsourceip", "srcmappedip", "xlatesrc", "sourcenatip", "publicip", "clientpublicip",
)  # fmt: skip
# Words for a client's address within its own network, beside the one that others see.
INNER_WORDS: Final = frozenset(("int", "internal", "lan", "local", "private", "inner"))
# Words in the names of columns that tell the other end's machine.
SERVER_WORDS: Final = frozenset((
    "target", "dest", "destination", "dst", "server", "resolver", "remote", "peer", "impacted",
    "upstream", "responder",
))  # fmt: skip
# Where a record tells the server's own address, the client is the other end of the record.
SERVER_ADDRESS: Final = ("interfaceip",)
SERVER_PEERS: Final = ("source", "destination")
# Machine names that stand for the client where an event tells no address.
CLIENT_MACHINES: Final = (
    "=client", "client", "=src",
    "winlogcomputername", "devicename", "computername", "=computer", "computer", "agentname",
    "agenthostname", "hosthostname", "hostname", "endpointname", "machinename", "shost",
    "srchostname", "clienthostname", "clientname", "identity", "identities", "devicehostname",
    "deviceid", "hostidentifier", "rechner", "rechnername", "arbeitsplatz", "ordinateur", "poste",
    "equipo", "=fqdn", "=clientid", "=aid", "agentid", "agentuuid",
)  # fmt: skip
RCODE_NAMES: Final = (
    "rcodename", "dnsresponsecodename", "responsecodename", "dnsresponsecode", "responsecode",
    "dnsrcode", "=rcode", "rcode", "dnsflagsrcode", "flagsrcode", "replycode", "replycodename",
    "resultcode", "querystatus", "dnsquerystatus", "dnsextstatus",
    "returncode", "dnsreturncode", "=return", "returnvalue",
    "responsestatus", "dnsresult", "answercode", "dnsstatus", "statuscode", "eventresultdetails",
    "dnsresponsetype", "retcode", "dnsretcode", "replytype", "rcodeid", "antwortcode",
    "codedereponse", "codigoderespuesta",
)  # fmt: skip
# These hold other words too: they count where they hold the codes' own names.
RCODE_LIKELY: Final = (
    "=response", "response", "=result", "=status", "status", "reply", "outcome", "=action",
    "ergebnis", "antwort", "resultat", "reponse", "resultado", "respuesta", "risultato", "risposta",
    "statut", "estado", "stato",
)  # fmt: skip
# Words for a time in languages whose numbers go day, month, year.
DAY_FIRST_NAMES: Final = (
    "dateetheure", "horodatage", "dateheure", "heure", "fecha", "fechayhora", "hora",
    "marcatemporal", "dataeora", "dataora", "data", "datahora", "datum", "datumtijd", "tijd",
    "zeit", "zeitstempel", "zeitpunkt", "tidspunkt", "dataiczas", "cas",
)  # fmt: skip
TIME_NAMES: Final = (
    "=ts", "@timestamp", "=timestamp", "querytimestamp", "querytime", "querytimezone", "utctime",
    "timegenerated", "timegeneratedutc", "timestamp", "timestamputc", "=_time", "frametimeepoch",
    "frametimeutc", "frametime", "eventtime", "eventtimestamp", "systemtime", "eventcreated",
    "createdate", "timecreated", "timecreatedsystemtime",
    "starttime", "eventstarttime", "logtime", "datetime", "=time",
    "=date", "timesec", "devicereceipttime", "=rt", "=t",
    "timelast", "lastseen", "timefirst", "firstseen",
    "contexttimestamp", "timestamprfc3339ns", "devicetimestamp",
    "prefixtime", "receivedtime", "requesttime", "datum", "zeit", "zeitstempel", "date",
    "realtimetimestamp", "itime", "dateandtime", "endtime", "visittime",
    "messagetime", "receipttime", "normalmessagedate", "collectiontime", "firstpacket",
    *DAY_FIRST_NAMES,
    "time", "ts",
)  # fmt: skip
CLOCK_NAMES: Final = ("time", "zeit", "uhrzeit", "clock", "logtime", "eventclock")
ANSWER_NAMES: Final = (
    "dnsanswersdata", "answersdata", "answersrdata", "answerrdata", "answers", "dnsresolvedip",
    "resolvedip", "resolvedips", "=ipaddresses", "queryresults", "dnsresponsename", "answer",
    "dnsresponses", "responses", "rdata", "dnsresponse", "dnsresp",
    "resourcerecords", "dnsa", "dnsaaaa",
    "resolvedaddresses", "responsedata", "=record", "=records", "recorddata", "ip4records",
    "ip6records", "firstip4record", "=addresses", "=ips", "queryresult", "queryresultdata",
    "resolutions", "resolvesto", "=resolved", "=a", "=aaaa", "rrdata", "ansdata", "answerip",
    "answerips", "resolvedto", "=ipv4", "lookupresult",
)  # fmt: skip
PROCESS_NAMES: Final = (
    "processexecutable", "initiatingprocessfilename", "eventdataimage",
    "=image", "image", "processname", "srcprocname", "srcprocessname", "processpath", "process",
    "contextbasefilename", "appname", "application",
)  # fmt: skip
# Flags that are set in answers, and numbers of events (Windows DNS server and client).
MESSAGE_FLAGS: Final = (
    "dnsflagsresponse", "flagsresponse", "dnsflagsqr", "flagsqr", "dnsqr", "=qr", "isresponse",
    "dnsresponse", "networkdnsresponse",
)  # fmt: skip
MESSAGE_EVENTS: Final = ("eventid", "=id", "systemeventid", "winlogeventid", "eventcode")
# Numbers and types that a query and its answer share.
EXCHANGE_IDS: Final = (
    "id", "transid", "transactionid", "dnsid", "queryid", "xid", "messageid", "mtid", "flowid",
    "qtype", "qtypename", "querytype", "querytypename", "rrtype", "dnsqrytype", "recordtype",
    "questiontype",
)  # fmt: skip
# The other end as a server sees it: who asked, where nothing else tells that.
REMOTE: Final = (
    "remoteip", "remoteaddress", "remoteaddr", "remoteipaddress", "peer", "peerip", "peeraddress",
)  # fmt: skip
# The other end of a connection: never the client, though it holds addresses.
PEERS: Final = (
    "dst", "dstip", "dest", "destip", "destination", "destinationip", "dstaddr", "destaddr",
    "dstipaddr", "destinationaddress", "destipaddress", "idresph", "resph", "ipdst", "remoteip",
    "remoteaddr", "remoteaddress", "server", "serverip", "resolverip", "externalip", "publicip",
    "upstream", "forward", "responseaddress", "upstreamhost", "upstreamaddr", "upstreamaddress",
    "srvdip", "nameserver", "dnsip", "dnsservers", "respondingdnsserver", "exporteripv4address",
    "exporterip", "extip", "natip", "aip", "sip", "peer", "peerip", "sendingip", "serveripaddress",
    "=data", "dnsserverip", "observerip", "address",
)  # fmt: skip
# Parts of a path under which no queried name stands, though the last part looks so.
ANSWER_PARTS: Final = frozenset((
    "answers", "answer", "authorities", "authority", "additional", "additionals", "grouped",
    "resolvedip", "response",
))  # fmt: skip
