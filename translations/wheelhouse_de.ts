<?xml version="1.0" encoding="utf-8"?>
<!DOCTYPE TS>
<TS version="2.1" language="de" sourcelanguage="en">
<context>
    <name>DeployTemplate</name>
    <message>
        <source>Web app</source>
        <translation>Web-App</translation>
    </message>
    <message>
        <source>Deployment and Service</source>
        <translation>Deployment und Service</translation>
    </message>
    <message>
        <source>Web + database</source>
        <translation>Web + Datenbank</translation>
    </message>
    <message>
        <source>two workloads</source>
        <translation>zwei Workloads</translation>
    </message>
    <message>
        <source>Stateful set</source>
        <translation>Stateful Set</translation>
    </message>
    <message>
        <source>names that stay</source>
        <translation>Namen, die bleiben</translation>
    </message>
    <message>
        <source>Job</source>
        <translation>Job</translation>
    </message>
    <message>
        <source>runs to completion</source>
        <translation>läuft bis zum Ende</translation>
    </message>
    <message>
        <source>Cron job</source>
        <translation>Cron-Job</translation>
    </message>
    <message>
        <source>every minute</source>
        <translation>jede Minute</translation>
    </message>
    <message>
        <source>It needs a name.</source>
        <translation>Es braucht einen Namen.</translation>
    </message>
    <message>
        <source>A name has at most %1 characters.</source>
        <translation>Ein Name hat höchstens %1 Zeichen.</translation>
    </message>
    <message>
        <source>A name is made of a–z, 0–9 and -, and begins with a letter.</source>
        <translation>Ein Name besteht aus a–z, 0–9 und - und beginnt mit einem Buchstaben.</translation>
    </message>
</context>
<context>
    <name>FaultTemplate</name>
    <message>
        <source>%1 and %2 more</source>
        <translation>%1 und %2 weitere</translation>
    </message>
    <message>
        <source>zone %1</source>
        <translation>Zone %1</translation>
    </message>
    <message>
        <source>all nodes</source>
        <translation>alle Knoten</translation>
    </message>
    <message>
        <source>nodes by label</source>
        <translation>Knoten nach Label</translation>
    </message>
    <message>
        <source>Power cut</source>
        <translation>Stromausfall</translation>
    </message>
    <message>
        <source>as if the plug were pulled</source>
        <translation>als zöge man den Stecker</translation>
    </message>
    <message>
        <source>Freeze</source>
        <translation>Einfrieren</translation>
    </message>
    <message>
        <source>its processors stand still</source>
        <translation>seine Prozessoren stehen still</translation>
    </message>
    <message>
        <source>Slow processor</source>
        <translation>Langsamer Prozessor</translation>
    </message>
    <message>
        <source>pods get a part of it</source>
        <translation>Pods bekommen nur einen Teil</translation>
    </message>
    <message>
        <source>Memory taken</source>
        <translation>Speicher belegt</translation>
    </message>
    <message>
        <source>until the node complains</source>
        <translation>bis der Knoten klagt</translation>
    </message>
    <message>
        <source>Full disk</source>
        <translation>Volle Platte</translation>
    </message>
    <message>
        <source>no room for images</source>
        <translation>kein Platz für Images</translation>
    </message>
    <message>
        <source>No registry</source>
        <translation>Keine Registry</translation>
    </message>
    <message>
        <source>images cannot be pulled</source>
        <translation>Images sind nicht zu holen</translation>
    </message>
    <message>
        <source>Cut link</source>
        <translation>Verbindung kappen</translation>
    </message>
    <message>
        <source>nothing gets through</source>
        <translation>nichts kommt durch</translation>
    </message>
    <message>
        <source>One-way link</source>
        <translation>Einseitige Verbindung</translation>
    </message>
    <message>
        <source>it speaks, nobody hears</source>
        <translation>er spricht, niemand hört</translation>
    </message>
    <message>
        <source>Late link</source>
        <translation>Verspätete Verbindung</translation>
    </message>
    <message>
        <source>everything takes longer</source>
        <translation>alles dauert länger</translation>
    </message>
    <message>
        <source>Lossy link</source>
        <translation>Verlustreiche Verbindung</translation>
    </message>
    <message>
        <source>a part of it is lost</source>
        <translation>ein Teil geht verloren</translation>
    </message>
    <message>
        <source>Narrow link</source>
        <translation>Enge Verbindung</translation>
    </message>
    <message>
        <source>little gets through</source>
        <translation>wenig kommt durch</translation>
    </message>
    <message>
        <source>Kill containers</source>
        <translation>Container abschießen</translation>
    </message>
    <message>
        <source>as kill -9 would</source>
        <translation>wie kill -9</translation>
    </message>
    <message>
        <source>Zone down</source>
        <translation>Zone ausgefallen</translation>
    </message>
    <message>
        <source>all its nodes lose power</source>
        <translation>alle ihre Knoten ohne Strom</translation>
    </message>
    <message>
        <source>until mended</source>
        <translation>bis zur Reparatur</translation>
    </message>
    <message>
        <source>%1 s</source>
        <translation>%1 s</translation>
    </message>
    <message>
        <source>%1 min</source>
        <translation>%1 min</translation>
    </message>
    <message>
        <source>%1 h</source>
        <translation>%1 h</translation>
    </message>
    <message>
        <source>%1% left</source>
        <translation>%1% übrig</translation>
    </message>
    <message>
        <source>%1% of what is free</source>
        <translation>%1% des freien</translation>
    </message>
    <message>
        <source>%1 ms</source>
        <translation>%1 ms</translation>
    </message>
    <message>
        <source>%1% lost</source>
        <translation>%1% verloren</translation>
    </message>
    <message>
        <source>%1 kbit/s</source>
        <translation>%1 kbit/s</translation>
    </message>
    <message>
        <source>1 pod</source>
        <translation>1 Pod</translation>
    </message>
    <message>
        <source>%1 pods</source>
        <translation>%1 Pods</translation>
    </message>
    <message>
        <source>There is no such fault.</source>
        <translation>Einen solchen Fehler gibt es nicht.</translation>
    </message>
    <message>
        <source>It needs a zone.</source>
        <translation>Eine Zone fehlt.</translation>
    </message>
    <message>
        <source>That is no name of a zone.</source>
        <translation>Das ist kein Name einer Zone.</translation>
    </message>
    <message>
        <source>It needs a node.</source>
        <translation>Ein Knoten fehlt.</translation>
    </message>
    <message>
        <source>“%1” is no name of a node.</source>
        <translation>„%1“ ist kein Name eines Knotens.</translation>
    </message>
    <message>
        <source>It needs a namespace.</source>
        <translation>Ein Namespace fehlt.</translation>
    </message>
    <message>
        <source>It needs a pod, or a label such as app=web.</source>
        <translation>Ein Pod fehlt, oder ein Label wie app=web.</translation>
    </message>
    <message>
        <source>That is neither a pod nor a label such as app=web.</source>
        <translation>Das ist weder ein Pod noch ein Label wie app=web.</translation>
    </message>
    <message>
        <source>A link has two ends.</source>
        <translation>Eine Verbindung hat zwei Enden.</translation>
    </message>
    <message>
        <source>frozen</source>
        <translation>eingefroren</translation>
    </message>
    <message>
        <source>power cut</source>
        <translation>Stromausfall</translation>
    </message>
    <message>
        <source>%1% of its processors</source>
        <translation>%1% seiner Prozessoren</translation>
    </message>
    <message>
        <source>disk full</source>
        <translation>Platte voll</translation>
    </message>
    <message>
        <source>%1% of free memory taken</source>
        <translation>%1% des freien Speichers belegt</translation>
    </message>
    <message>
        <source>no registry</source>
        <translation>keine Registry</translation>
    </message>
    <message>
        <source>containers killed</source>
        <translation>Container abgeschossen</translation>
    </message>
    <message>
        <source>cut one way</source>
        <translation>einseitig gekappt</translation>
    </message>
    <message>
        <source>link cut</source>
        <translation>Verbindung gekappt</translation>
    </message>
    <message>
        <source>late by %1 ms</source>
        <translation>%1 ms verspätet</translation>
    </message>
    <message>
        <source>± %1 ms</source>
        <translation>± %1 ms</translation>
    </message>
    <message>
        <source>loses %1%</source>
        <translation>verliert %1%</translation>
    </message>
    <message>
        <source>at most %1 kbit/s</source>
        <translation>höchstens %1 kbit/s</translation>
    </message>
    <message>
        <source>control plane</source>
        <translation>Control Plane</translation>
    </message>
</context>
<context>
    <name>HostModel</name>
    <message>
        <source>Hardware acceleration</source>
        <translation>Hardware-Beschleunigung</translation>
    </message>
    <message>
        <source>Virtual machines run by software emulation: everything works, but much slower.</source>
        <translation>Virtuelle Maschinen laufen in Software-Emulation: alles geht, aber viel langsamer.</translation>
    </message>
    <message>
        <source>KVM works</source>
        <translation>KVM funktioniert</translation>
    </message>
    <message>
        <source>Virtual machines run about as fast as this computer.</source>
        <translation>Virtuelle Maschinen laufen etwa so schnell wie dieser Rechner.</translation>
    </message>
    <message>
        <source>the processor offers none</source>
        <translation>der Prozessor bietet keine</translation>
    </message>
    <message>
        <source>Switch on VT-x or AMD-V in the firmware; where this is a virtual machine itself, nested virtualisation in its host.</source>
        <translation>VT-x oder AMD-V in der Firmware einschalten; ist dies selbst eine virtuelle Maschine, die verschachtelte Virtualisierung in deren Wirt.</translation>
    </message>
    <message>
        <source>/dev/kvm is not there</source>
        <translation>/dev/kvm fehlt</translation>
    </message>
    <message>
        <source>The kernel&apos;s module has to be loaded:</source>
        <translation>Das Modul des Kernels muss geladen werden:</translation>
    </message>
    <message>
        <source>this user may not use /dev/kvm</source>
        <translation>dieser Benutzer darf /dev/kvm nicht verwenden</translation>
    </message>
    <message>
        <source>Join its group, then log in again:</source>
        <translation>Der Gruppe beitreten, dann neu anmelden:</translation>
    </message>
    <message>
        <source>QEMU and libvirt</source>
        <translation>QEMU und libvirt</translation>
    </message>
    <message>
        <source>both are there</source>
        <translation>beide sind da</translation>
    </message>
    <message>
        <source>libvirt runs inside this program: no service to start, no group to join.</source>
        <translation>libvirt läuft in diesem Programm: kein Dienst zu starten, keine Gruppe beizutreten.</translation>
    </message>
    <message>
        <source>both are missing</source>
        <translation>beide fehlen</translation>
    </message>
    <message>
        <source>libvirt&apos;s driver for QEMU is missing</source>
        <translation>der QEMU-Treiber von libvirt fehlt</translation>
    </message>
    <message>
        <source>QEMU is missing</source>
        <translation>QEMU fehlt</translation>
    </message>
    <message>
        <source>Without them there are no virtual machines; simulated nodes need neither. To install:</source>
        <translation>Ohne sie gibt es keine virtuellen Maschinen; simulierte Knoten brauchen beides nicht. Installieren mit:</translation>
    </message>
    <message>
        <source>Node image</source>
        <translation>Knoten-Abbild</translation>
    </message>
    <message>
        <source>is built</source>
        <translation>ist gebaut</translation>
    </message>
    <message>
        <source>Every virtual machine starts from it: %1</source>
        <translation>Jede virtuelle Maschine startet davon: %1</translation>
    </message>
    <message>
        <source>cannot be built yet</source>
        <translation>kann noch nicht gebaut werden</translation>
    </message>
    <message>
        <source>Virtual machines start from it. Building it needs these packages:</source>
        <translation>Virtuelle Maschinen starten davon. Zum Bauen fehlen diese Pakete:</translation>
    </message>
    <message>
        <source>is not built yet</source>
        <translation>ist noch nicht gebaut</translation>
    </message>
    <message>
        <source>Built once, from the packages of this computer&apos;s own system; that takes a few minutes and the network. The first virtual machine does it by itself.</source>
        <translation>Wird einmal aus den Paketen des eigenen Systems gebaut; das braucht ein paar Minuten und das Netz. Die erste virtuelle Maschine tut es von selbst.</translation>
    </message>
    <message>
        <source>Build it now</source>
        <translation>Jetzt bauen</translation>
    </message>
    <message>
        <source>Memory and processors</source>
        <translation>Speicher und Prozessoren</translation>
    </message>
    <message>
        <source>%1 of %2 free, %3 processors</source>
        <translation>%1 von %2 frei, %3 Prozessoren</translation>
    </message>
    <message>
        <source>Too little for a virtual machine: close something. Simulated nodes need next to none.</source>
        <translation>Zu wenig für eine virtuelle Maschine: etwas schließen. Simulierte Knoten brauchen fast nichts.</translation>
    </message>
    <message>
        <source>Enough for one virtual machine of %1.</source>
        <translation>Genug für eine virtuelle Maschine von %1.</translation>
    </message>
    <message>
        <source>Enough for about %1 virtual machines of %2.</source>
        <translation>Genug für etwa %1 virtuelle Maschinen von %2.</translation>
    </message>
    <message>
        <source>Room on disk</source>
        <translation>Platz auf der Platte</translation>
    </message>
    <message>
        <source>%1 free</source>
        <translation>%1 frei</translation>
    </message>
    <message>
        <source>In %1. The disk of a machine takes room only as it is used.</source>
        <translation>In %1. Die Platte einer Maschine belegt nur, was sie nutzt.</translation>
    </message>
    <message>
        <source>In %1. When it is full, machines stop and the lab cannot be written to. What takes the most:</source>
        <translation>In %1. Ist sie voll, bleiben Maschinen stehen, und das Lab kann nichts mehr schreiben. Was am meisten belegt:</translation>
    </message>
    <message>
        <source>Virtual machines need QEMU, which is not installed.</source>
        <translation>Virtuelle Maschinen brauchen QEMU, das nicht installiert ist.</translation>
    </message>
    <message>
        <source>Virtual machines need libvirt&apos;s driver for QEMU, which is not installed.</source>
        <translation>Virtuelle Maschinen brauchen den QEMU-Treiber von libvirt, der nicht installiert ist.</translation>
    </message>
    <message>
        <source>Virtual machines need the node image, and building it needs: %1.</source>
        <translation>Virtuelle Maschinen brauchen das Knoten-Abbild, und dessen Bau braucht: %1.</translation>
    </message>
</context>
<context>
    <name>Provision</name>
    <message>
        <source>%1 of memory is more than the %2 this computer can give its machines: it will swap, or end some of them.</source>
        <translation>%1 Speicher sind mehr als die %2, die dieser Rechner seinen Maschinen geben kann: er wird auslagern oder einige beenden.</translation>
    </message>
    <message>
        <source>Only %1 of memory is free now; other programs have the rest.</source>
        <translation>Nur %1 Speicher sind jetzt frei; den Rest haben andere Programme.</translation>
    </message>
    <message>
        <source>%1 processors are promised and %2 are there: machines will share them.</source>
        <translation>%1 Prozessoren sind versprochen, %2 sind da: die Maschinen teilen sie sich.</translation>
    </message>
    <message>
        <source>Their disks could grow to %1, and %2 are free.</source>
        <translation>Ihre Platten könnten auf %1 wachsen, frei sind %2.</translation>
    </message>
</context>
<context>
    <name>QObject</name>
    <message>
        <source>Wheelhouse</source>
        <translation>Wheelhouse</translation>
    </message>
    <message>
        <source>this computer</source>
        <translation>dieser Rechner</translation>
    </message>
</context>
<context>
    <name>WhatIf</name>
    <message>
        <source>the pod asks for CPU</source>
        <translation>der Pod verlangt CPU</translation>
    </message>
    <message>
        <source>the pod asks for memory</source>
        <translation>der Pod verlangt Speicher</translation>
    </message>
    <message>
        <source>the pod has a label</source>
        <translation>der Pod hat ein Label</translation>
    </message>
    <message>
        <source>the pod wants nodes with</source>
        <translation>der Pod will Knoten mit</translation>
    </message>
    <message>
        <source>the pod tolerates</source>
        <translation>der Pod duldet</translation>
    </message>
    <message>
        <source>a node has a label</source>
        <translation>ein Knoten hat ein Label</translation>
    </message>
    <message>
        <source>a node has a taint</source>
        <translation>ein Knoten hat einen Taint</translation>
    </message>
    <message>
        <source>a node has no taint</source>
        <translation>ein Knoten hat keinen Taint</translation>
    </message>
    <message>
        <source>a node is cordoned</source>
        <translation>ein Knoten ist gesperrt</translation>
    </message>
    <message>
        <source>a node is not cordoned</source>
        <translation>ein Knoten ist nicht gesperrt</translation>
    </message>
    <message>
        <source>a node is not there</source>
        <translation>ein Knoten fehlt</translation>
    </message>
    <message>
        <source>there is one more like a node</source>
        <translation>es gibt einen Knoten mehr wie</translation>
    </message>
    <message>
        <source>a pod is not there</source>
        <translation>ein Pod fehlt</translation>
    </message>
    <message>
        <source>key=value:NoSchedule, key, or *</source>
        <translation>key=value:NoSchedule, key oder *</translation>
    </message>
    <message>
        <source>cpu %1</source>
        <translation>CPU %1</translation>
    </message>
    <message>
        <source>memory %1</source>
        <translation>Speicher %1</translation>
    </message>
    <message>
        <source>label %1</source>
        <translation>Label %1</translation>
    </message>
    <message>
        <source>on %1</source>
        <translation>auf %1</translation>
    </message>
    <message>
        <source>tolerates everything</source>
        <translation>duldet alles</translation>
    </message>
    <message>
        <source>tolerates %1</source>
        <translation>duldet %1</translation>
    </message>
    <message>
        <source>%1: no taint %2</source>
        <translation>%1: ohne Taint %2</translation>
    </message>
    <message>
        <source>%1 cordoned</source>
        <translation>%1 gesperrt</translation>
    </message>
    <message>
        <source>%1 not cordoned</source>
        <translation>%1 nicht gesperrt</translation>
    </message>
    <message>
        <source>without %1</source>
        <translation>ohne %1</translation>
    </message>
    <message>
        <source>one more %1</source>
        <translation>ein %1 mehr</translation>
    </message>
    <message>
        <source>Type it like this: %1</source>
        <translation>So wird es geschrieben: %1</translation>
    </message>
    <message>
        <source>%1 is not an amount, such as %2</source>
        <translation>%1 ist keine Menge wie etwa %2</translation>
    </message>
</context>
<context>
    <name>wheelhouse::ui</name>
    <message>
        <source>Scheduler</source>
        <translation>Scheduler</translation>
    </message>
    <message>
        <source>found no node for %o: %m</source>
        <translation>fand keinen Knoten für %o: %m</translation>
    </message>
    <message>
        <source>is fetching the image for %o.</source>
        <translation>holt das Image für %o.</translation>
    </message>
    <message>
        <source>has the image for %o.</source>
        <translation>hat das Image für %o.</translation>
    </message>
    <message>
        <source>created a container of %o.</source>
        <translation>hat einen Container von %o angelegt.</translation>
    </message>
    <message>
        <source>started a container of %o.</source>
        <translation>hat einen Container von %o gestartet.</translation>
    </message>
    <message>
        <source>is stopping %o.</source>
        <translation>beendet %o.</translation>
    </message>
    <message>
        <source>waits before trying %o again: %m</source>
        <translation>wartet, bevor es %o wieder versucht: %m</translation>
    </message>
    <message>
        <source>could not start %o: %m</source>
        <translation>konnte %o nicht starten: %m</translation>
    </message>
    <message>
        <source>could not mount a volume of %o: %m</source>
        <translation>konnte ein Volume von %o nicht einhängen: %m</translation>
    </message>
    <message>
        <source>could not make a sandbox for %o: %m</source>
        <translation>konnte keine Sandbox für %o anlegen: %m</translation>
    </message>
    <message>
        <source>found %o unwell: %m</source>
        <translation>fand %o nicht gesund: %m</translation>
    </message>
    <message>
        <source>Node %o</source>
        <translation>Knoten %o</translation>
    </message>
    <message>
        <source>is ready.</source>
        <translation>ist bereit.</translation>
    </message>
    <message>
        <source>Node lifecycle</source>
        <translation>Knotenüberwachung</translation>
    </message>
    <message>
        <source>marked %o NotReady: no heartbeat. Its pods are replaced unless it returns.</source>
        <translation>meldet %o als NotReady: kein Lebenszeichen. Seine Pods werden ersetzt, wenn er nicht zurückkommt.</translation>
    </message>
    <message>
        <source>takes no new pods.</source>
        <translation>nimmt keine neuen Pods an.</translation>
    </message>
    <message>
        <source>takes pods again.</source>
        <translation>nimmt wieder Pods an.</translation>
    </message>
    <message>
        <source>welcomed %o to the cluster.</source>
        <translation>hat %o in den Cluster aufgenommen.</translation>
    </message>
    <message>
        <source>let %o go.</source>
        <translation>hat %o entlassen.</translation>
    </message>
    <message>
        <source>evicts %o from a node that does not answer.</source>
        <translation>räumt %o von einem Knoten, der nicht antwortet.</translation>
    </message>
    <message>
        <source>is starting.</source>
        <translation>startet.</translation>
    </message>
    <message>
        <source>%o</source>
        <translation>%o</translation>
    </message>
    <message>
        <source>Cluster</source>
        <translation>Cluster</translation>
    </message>
    <message>
        <source>placed %1 on %2.</source>
        <translation>hat %1 auf %2 gesetzt.</translation>
    </message>
    <message>
        <source>Pending</source>
        <translation>Ausstehend</translation>
    </message>
    <message>
        <source>Starting</source>
        <translation>Startet</translation>
    </message>
    <message>
        <source>Running</source>
        <translation>Läuft</translation>
    </message>
    <message>
        <source>Not ready</source>
        <translation>Nicht bereit</translation>
    </message>
    <message>
        <source>Failing</source>
        <translation>Fehlerhaft</translation>
    </message>
    <message>
        <source>Completed</source>
        <translation>Beendet</translation>
    </message>
    <message>
        <source>Terminating</source>
        <translation>Wird beendet</translation>
    </message>
    <message>
        <source>Ready</source>
        <translation>Bereit</translation>
    </message>
    <message>
        <source>NotReady</source>
        <translation>NotReady</translation>
    </message>
    <message>
        <source>Cordoned</source>
        <translation>Gesperrt</translation>
    </message>
    <message>
        <source>Booting</source>
        <translation>Fährt hoch</translation>
    </message>
    <message>
        <source>Power off</source>
        <translation>Ausgeschaltet</translation>
    </message>
    <message>
        <source>Frozen</source>
        <translation>Eingefroren</translation>
    </message>
    <message>
        <source>Failed</source>
        <translation>Fehlgeschlagen</translation>
    </message>
    <message>
        <source>Leaving</source>
        <translation>Geht</translation>
    </message>
    <message>
        <source>VM</source>
        <translation>VM</translation>
    </message>
    <message>
        <source>simulated</source>
        <translation>simuliert</translation>
    </message>
    <message>
        <source>node</source>
        <translation>Knoten</translation>
    </message>
    <message>
        <source>%1 s</source>
        <translation>%1 s</translation>
    </message>
    <message>
        <source>%1 min %2 s</source>
        <translation>%1 min %2 s</translation>
    </message>
</context>
<context>
    <name>wheelhouse::ui::AccessModel</name>
    <message>
        <source>user</source>
        <translation>Benutzer</translation>
    </message>
    <message>
        <source>group</source>
        <translation>Gruppe</translation>
    </message>
    <message>
        <source>service account</source>
        <translation>Dienstkonto</translation>
    </message>
    <message>
        <source>everything</source>
        <translation>alles</translation>
    </message>
    <message>
        <source>everywhere</source>
        <translation>überall</translation>
    </message>
    <message>
        <source>every verb</source>
        <translation>jedes Verb</translation>
    </message>
    <message>
        <source>Who</source>
        <translation>Wer</translation>
    </message>
    <message>
        <source>Kind</source>
        <translation>Art</translation>
    </message>
    <message>
        <source>Bindings</source>
        <translation>Bindungen</translation>
    </message>
    <message>
        <source>Resource</source>
        <translation>Ressource</translation>
    </message>
    <message>
        <source>Where</source>
        <translation>Wo</translation>
    </message>
    <message>
        <source>other</source>
        <translation>andere</translation>
    </message>
    <message>
        <source>Verbs without a column of their own; * is every verb</source>
        <translation>Verben ohne eigene Spalte; * ist jedes Verb</translation>
    </message>
    <message>
        <source>By</source>
        <translation>Durch</translation>
    </message>
    <message>
        <source>The bindings that give these rights</source>
        <translation>Die Bindungen, die diese Rechte geben</translation>
    </message>
    <message>
        <source>the server gave no answer</source>
        <translation>der Server gab keine Antwort</translation>
    </message>
</context>
<context>
    <name>wheelhouse::ui::AccessPage</name>
    <message>
        <source>Access</source>
        <translation>Zugriff</translation>
    </message>
    <message>
        <source>Filter: text, !not</source>
        <translation>Filter: Text, !nicht</translation>
    </message>
    <message>
        <source>Filter accounts</source>
        <translation>Konten filtern</translation>
    </message>
    <message>
        <source>System</source>
        <translation>System</translation>
    </message>
    <message>
        <source>Show the cluster&apos;s own accounts too</source>
        <translation>Auch die Konten des Clusters selbst zeigen</translation>
    </message>
    <message>
        <source>Accounts</source>
        <translation>Konten</translation>
    </message>
    <message>
        <source>Verb</source>
        <translation>Verb</translation>
    </message>
    <message>
        <source>Resource</source>
        <translation>Ressource</translation>
    </message>
    <message>
        <source>Namespace</source>
        <translation>Namespace</translation>
    </message>
    <message>
        <source>any name</source>
        <translation>jeder Name</translation>
    </message>
    <message>
        <source>Name of the object</source>
        <translation>Name des Objekts</translation>
    </message>
    <message>
        <source>Ask</source>
        <translation>Fragen</translation>
    </message>
    <message>
        <source>Ask the server whether it may do that</source>
        <translation>Den Server fragen, ob es das darf</translation>
    </message>
    <message>
        <source>Who can?</source>
        <translation>Wer darf?</translation>
    </message>
    <message>
        <source>List only those who may do that, by roles and bindings</source>
        <translation>Nur die zeigen, die das nach Rollen und Bindungen dürfen</translation>
    </message>
    <message>
        <source>May it</source>
        <translation>Darf es</translation>
    </message>
    <message>
        <source>in</source>
        <translation>in</translation>
    </message>
    <message>
        <source>Filter rights</source>
        <translation>Rechte filtern</translation>
    </message>
    <message>
        <source>Rights</source>
        <translation>Rechte</translation>
    </message>
    <message>
        <source>everywhere</source>
        <translation>überall</translation>
    </message>
    <message>
        <source>everything</source>
        <translation>alles</translation>
    </message>
    <message>
        <source>Roles cannot be read</source>
        <translation>Rollen lassen sich nicht lesen</translation>
    </message>
    <message>
        <source>Reading roles and bindings…</source>
        <translation>Rollen und Bindungen werden gelesen …</translation>
    </message>
    <message>
        <source>Choose an account</source>
        <translation>Wähle ein Konto</translation>
    </message>
    <message>
        <source>What it may do, and which binding says so, is shown here. The cluster&apos;s own accounts are shown by “System”.</source>
        <translation>Was es darf und welche Bindung das sagt, steht hier. Die Konten des Clusters selbst zeigt „System“.</translation>
    </message>
    <message>
        <source>group</source>
        <translation>Gruppe</translation>
    </message>
    <message>
        <source>service account</source>
        <translation>Dienstkonto</translation>
    </message>
    <message>
        <source>user</source>
        <translation>Benutzer</translation>
    </message>
    <message>
        <source>Select a right to see which binding gives it; Return opens it.</source>
        <translation>Wähle ein Recht, um zu sehen, welche Bindung es gibt; die Eingabetaste öffnet sie.</translation>
    </message>
    <message>
        <source>and %1 more</source>
        <translation>und %1 weitere</translation>
    </message>
    <message>
        <source>asking…</source>
        <translation>fragt …</translation>
    </message>
    <message>
        <source>no answer</source>
        <translation>keine Antwort</translation>
    </message>
    <message>
        <source>allowed</source>
        <translation>erlaubt</translation>
    </message>
    <message>
        <source>not allowed</source>
        <translation>nicht erlaubt</translation>
    </message>
</context>
<context>
    <name>wheelhouse::ui::AddNodePanel</name>
    <message>
        <source>Add nodes</source>
        <translation>Knoten hinzufügen</translation>
    </message>
</context>
<context>
    <name>wheelhouse::ui::Banner</name>
    <message>
        <source>Close message</source>
        <translation>Meldung schließen</translation>
    </message>
</context>
<context>
    <name>wheelhouse::ui::CheckRow</name>
    <message>
        <source>Stop</source>
        <translation>Abbrechen</translation>
    </message>
    <message>
        <source>is being stopped</source>
        <translation>wird abgebrochen</translation>
    </message>
    <message>
        <source>is being built</source>
        <translation>wird gebaut</translation>
    </message>
    <message>
        <source>good</source>
        <translation>gut</translation>
    </message>
    <message>
        <source>could be better</source>
        <translation>könnte besser sein</translation>
    </message>
    <message>
        <source>missing</source>
        <translation>fehlt</translation>
    </message>
    <message>
        <source>working</source>
        <translation>in Arbeit</translation>
    </message>
</context>
<context>
    <name>wheelhouse::ui::ClockBar</name>
    <message>
        <source>Speed of the cluster&apos;s time: %1</source>
        <translation>Tempo der Clusterzeit: %1</translation>
    </message>
    <message>
        <source>The cluster&apos;s time goes at %1</source>
        <translation>Die Clusterzeit geht mit %1</translation>
    </message>
    <message>
        <source>Speed of the cluster&apos;s time</source>
        <translation>Tempo der Clusterzeit</translation>
    </message>
    <message>
        <source>Only the time of a Wheelhouse lab can be stopped: this cluster has no clock</source>
        <translation>Nur die Zeit eines Wheelhouse-Labors lässt sich anhalten: Dieser Cluster hat keine Uhr</translation>
    </message>
    <message>
        <source>Let the cluster&apos;s time go on</source>
        <translation>Clusterzeit weiterlaufen lassen</translation>
    </message>
    <message>
        <source>Stop the cluster&apos;s time</source>
        <translation>Clusterzeit anhalten</translation>
    </message>
    <message>
        <source>Let one thing happen</source>
        <translation>Eines geschehen lassen</translation>
    </message>
    <message>
        <source>Stop the time first, then go step by step</source>
        <translation>Erst die Zeit anhalten, dann Schritt für Schritt</translation>
    </message>
    <message>
        <source>The cluster&apos;s time stands still</source>
        <translation>Die Clusterzeit steht still</translation>
    </message>
    <message>
        <source>The cluster&apos;s time</source>
        <translation>Die Clusterzeit</translation>
    </message>
    <message>
        <source>Go on</source>
        <translation>Weiter</translation>
    </message>
    <message>
        <source>Stop the cluster&apos;s time: controllers, scheduler and leases stand still</source>
        <translation>Die Zeit des Clusters anhalten: Controller, Scheduler und Leases stehen still</translation>
    </message>
    <message>
        <source>Let %1 look at %2</source>
        <translation>%1 auf %2 schauen lassen</translation>
    </message>
    <message>
        <source>How fast the cluster&apos;s time goes</source>
        <translation>Wie schnell die Zeit des Clusters vergeht</translation>
    </message>
</context>
<context>
    <name>wheelhouse::ui::ClosePanel</name>
    <message>
        <source>Close Wheelhouse</source>
        <translation>Wheelhouse schließen</translation>
    </message>
    <message>
        <source>Always do that</source>
        <translation>Immer so machen</translation>
    </message>
    <message>
        <source>Cancel</source>
        <translation>Abbrechen</translation>
    </message>
    <message>
        <source>Leave them running</source>
        <translation>Weiterlaufen lassen</translation>
    </message>
    <message>
        <source>Stop them</source>
        <translation>Anhalten</translation>
    </message>
    <message>
        <source>A virtual machine runs. Left running, it goes on without a control plane until Wheelhouse is started again; stopped, it starts with it.</source>
        <translation>Eine virtuelle Maschine läuft. Weiterlaufend ist sie ohne Control Plane, bis Wheelhouse wieder startet; angehalten startet sie mit ihm.</translation>
    </message>
    <message>
        <source>%1 virtual machines run. Left running, they go on without a control plane until Wheelhouse is started again; stopped, they start with it.</source>
        <translation>%1 virtuelle Maschinen laufen. Weiterlaufend sind sie ohne Control Plane, bis Wheelhouse wieder startet; angehalten starten sie mit ihm.</translation>
    </message>
</context>
<context>
    <name>wheelhouse::ui::ClusterActions</name>
    <message>
        <source>deleted %1 %2.</source>
        <translation>hast %1 %2 gelöscht.</translation>
    </message>
    <message>
        <source>added the simulated node %1.</source>
        <translation>hast den simulierten Knoten %1 hinzugefügt.</translation>
    </message>
    <message>
        <source>added the VM node %1.</source>
        <translation>hast den VM-Knoten %1 hinzugefügt.</translation>
    </message>
    <message>
        <source>removed node %1 and its machine.</source>
        <translation>hast den Knoten %1 und seine Maschine entfernt.</translation>
    </message>
    <message>
        <source>cut the power of %1.</source>
        <translation>hast %1 den Strom genommen.</translation>
    </message>
    <message>
        <source>switched %1 on.</source>
        <translation>hast %1 eingeschaltet.</translation>
    </message>
    <message>
        <source>froze %1.</source>
        <translation>hast %1 eingefroren.</translation>
    </message>
    <message>
        <source>keeps new pods off %1.</source>
        <translation>hältst neue Pods von %1 fern.</translation>
    </message>
    <message>
        <source>lets pods onto %1 again.</source>
        <translation>lässt wieder Pods auf %1.</translation>
    </message>
    <message>
        <source>evicted %1.</source>
        <translation>hast %1 verdrängt.</translation>
    </message>
    <message>
        <source>set the pool %1 to %2 machines.</source>
        <translation>hast den Pool %1 auf %2 Maschinen gesetzt.</translation>
    </message>
    <message>
        <source>stopped the cluster&apos;s time.</source>
        <translation>hast die Clusterzeit angehalten.</translation>
    </message>
    <message>
        <source>let the cluster&apos;s time go on.</source>
        <translation>hast die Clusterzeit weiterlaufen lassen.</translation>
    </message>
    <message>
        <source>set the cluster&apos;s time to %1.</source>
        <translation>hast die Clusterzeit auf %1 gestellt.</translation>
    </message>
    <message>
        <source>let one thing happen.</source>
        <translation>hast eines geschehen lassen.</translation>
    </message>
    <message>
        <source>let %1 do one thing.</source>
        <translation>hast %1 eines tun lassen.</translation>
    </message>
    <message>
        <source>lets machines stand still with the cluster&apos;s time.</source>
        <translation>lässt Maschinen mit der Clusterzeit stillstehen.</translation>
    </message>
    <message>
        <source>lets machines run while the cluster&apos;s time stands still.</source>
        <translation>lässt Maschinen laufen, während die Clusterzeit stillsteht.</translation>
    </message>
    <message>
        <source>applied %1.</source>
        <translation>hast %1 angewendet.</translation>
    </message>
    <message>
        <source>created %1.</source>
        <translation>hast %1 angelegt.</translation>
    </message>
    <message>
        <source>changed %1.</source>
        <translation>hast %1 geändert.</translation>
    </message>
    <message>
        <source>mended %1.</source>
        <translation>hat %1 repariert.</translation>
    </message>
</context>
<context>
    <name>wheelhouse::ui::CodeAssist</name>
    <message>
        <source>What can be written here</source>
        <translation>Was hier stehen kann</translation>
    </message>
</context>
<context>
    <name>wheelhouse::ui::ColumnPanel</name>
    <message>
        <source>Columns</source>
        <translation>Spalten</translation>
    </message>
    <message>
        <source>Of your own, by a JSONPath; or several as kubectl&apos;s custom-columns has them:</source>
        <translation>Eigene, nach JSONPath; oder mehrere, wie custom-columns von kubectl sie nennt:</translation>
    </message>
    <message>
        <source>Name, as “App”</source>
        <translation>Name, etwa „App“</translation>
    </message>
    <message>
        <source>Name of the column</source>
        <translation>Name der Spalte</translation>
    </message>
    <message>
        <source>JSONPath of the column</source>
        <translation>JSONPath der Spalte</translation>
    </message>
    <message>
        <source>Add the column</source>
        <translation>Spalte hinzufügen</translation>
    </message>
    <message>
        <source>Remove %1</source>
        <translation>%1 entfernen</translation>
    </message>
    <message>
        <source>A table has at most %1 columns of your own.</source>
        <translation>Eine Tabelle hat höchstens %1 eigene Spalten.</translation>
    </message>
    <message>
        <source>It needs a name.</source>
        <translation>Es braucht einen Namen.</translation>
    </message>
    <message>
        <source>A name has neither comma nor colon.</source>
        <translation>Ein Name hat weder Komma noch Doppelpunkt.</translation>
    </message>
    <message>
        <source>There is a column called %1 already.</source>
        <translation>Eine Spalte namens %1 gibt es schon.</translation>
    </message>
    <message>
        <source>“%1” is no JSONPath; one looks like .spec.containers[*].image</source>
        <translation>„%1“ ist kein JSONPath; einer sieht so aus: .spec.containers[*].image</translation>
    </message>
</context>
<context>
    <name>wheelhouse::ui::CommandStrip</name>
    <message>
        <source>Copy the command</source>
        <translation>Befehl kopieren</translation>
    </message>
</context>
<context>
    <name>wheelhouse::ui::DeployPanel</name>
    <message>
        <source>Deploy</source>
        <translation>Deployen</translation>
    </message>
    <message>
        <source>Name</source>
        <translation>Name</translation>
    </message>
    <message>
        <source>How many</source>
        <translation>Wie viele</translation>
    </message>
    <message>
        <source>What would change</source>
        <translation>Was sich ändern würde</translation>
    </message>
    <message>
        <source>Apply</source>
        <translation>Anwenden</translation>
    </message>
    <message>
        <source>Your manifest</source>
        <translation>Dein Manifest</translation>
    </message>
    <message>
        <source>Documents that name no namespace go to &lt;b&gt;%1&lt;/b&gt;.</source>
        <translation>Dokumente ohne Namespace kommen nach &lt;b&gt;%1&lt;/b&gt;.</translation>
    </message>
    <message>
        <source>Into namespace &lt;b&gt;%1&lt;/b&gt;, on node &lt;b&gt;%2&lt;/b&gt; only.</source>
        <translation>In den Namespace &lt;b&gt;%1&lt;/b&gt;, nur auf Knoten &lt;b&gt;%2&lt;/b&gt;.</translation>
    </message>
    <message>
        <source>Into namespace &lt;b&gt;%1&lt;/b&gt;, on nodes of zone &lt;b&gt;%2&lt;/b&gt;.</source>
        <translation>In den Namespace &lt;b&gt;%1&lt;/b&gt;, auf Knoten der Zone &lt;b&gt;%2&lt;/b&gt;.</translation>
    </message>
    <message>
        <source>Into namespace &lt;b&gt;%1&lt;/b&gt;, wherever the scheduler finds best.</source>
        <translation>In den Namespace &lt;b&gt;%1&lt;/b&gt;, wo es der Scheduler am besten findet.</translation>
    </message>
    <message>
        <source>%1 would be created</source>
        <translation>%1 würde angelegt</translation>
    </message>
    <message>
        <source>%1 would change</source>
        <translation>%1 würde sich ändern</translation>
    </message>
    <message>
        <source>%1 stays as it is</source>
        <translation>%1 bleibt, wie es ist</translation>
    </message>
</context>
<context>
    <name>wheelhouse::ui::DetailDrawer</name>
    <message>
        <source>Close details</source>
        <translation>Details schließen</translation>
    </message>
    <message>
        <source>Close details (Esc)</source>
        <translation>Details schließen (Esc)</translation>
    </message>
    <message>
        <source>Details</source>
        <translation>Details</translation>
    </message>
    <message>
        <source>YAML of the object</source>
        <translation>YAML des Objekts</translation>
    </message>
    <message>
        <source>Edit</source>
        <translation>Bearbeiten</translation>
    </message>
    <message>
        <source>Open it in the editor below, to change and apply</source>
        <translation>Unten im Editor öffnen, ändern und anwenden</translation>
    </message>
    <message>
        <source>Console of the machine</source>
        <translation>Konsole der Maschine</translation>
    </message>
    <message>
        <source>Cancel</source>
        <translation>Abbrechen</translation>
    </message>
    <message>
        <source>Loading…</source>
        <translation>Lädt …</translation>
    </message>
    <message>
        <source>Deleted</source>
        <translation>Gelöscht</translation>
    </message>
    <message>
        <source>It is gone.</source>
        <translation>Es ist fort.</translation>
    </message>
    <message>
        <source>Status</source>
        <translation>Status</translation>
    </message>
    <message>
        <source>Verdict</source>
        <translation>Urteil</translation>
    </message>
    <message>
        <source>Events</source>
        <translation>Ereignisse</translation>
    </message>
    <message>
        <source>YAML</source>
        <translation>YAML</translation>
    </message>
    <message>
        <source>Logs</source>
        <translation>Logs</translation>
    </message>
    <message>
        <source>Console</source>
        <translation>Konsole</translation>
    </message>
    <message>
        <source>Power on</source>
        <translation>Einschalten</translation>
    </message>
    <message>
        <source>Cut power</source>
        <translation>Strom kappen</translation>
    </message>
    <message>
        <source>Uncordon</source>
        <translation>Freigeben</translation>
    </message>
    <message>
        <source>Cordon</source>
        <translation>Sperren</translation>
    </message>
    <message>
        <source>Remove</source>
        <translation>Entfernen</translation>
    </message>
    <message>
        <source>Delete</source>
        <translation>Löschen</translation>
    </message>
    <message>
        <source>Remove %1? Its machine and disk are deleted; its pods move elsewhere.</source>
        <translation>%1 entfernen? Maschine und Platte werden gelöscht; die Pods ziehen um.</translation>
    </message>
    <message>
        <source>Delete pod %1? Whoever owns it makes a new one.</source>
        <translation>Pod %1 löschen? Sein Besitzer erzeugt einen neuen.</translation>
    </message>
    <message>
        <source>Delete %1 %2?</source>
        <translation>%1 %2 löschen?</translation>
    </message>
    <message>
        <source>Cut the power of %1, as pulling the plug would?</source>
        <translation>%1 den Strom nehmen, als zöge man den Stecker?</translation>
    </message>
    <message>
        <source>Evict pod %1? It leaves its node as far as disruption budgets allow; whoever owns it makes a new one.</source>
        <translation>Pod %1 verdrängen? Er verlässt seinen Knoten, soweit Disruption Budgets es erlauben; sein Besitzer erzeugt einen neuen.</translation>
    </message>
    <message>
        <source>Evict</source>
        <translation>Verdrängen</translation>
    </message>
    <message>
        <source>Drain %1 and remove it? Its pods are evicted, then the node is taken away.</source>
        <translation>%1 leeren und entfernen? Seine Pods werden verdrängt, dann wird der Knoten weggenommen.</translation>
    </message>
    <message>
        <source>Drain %1? It takes no new pods and those it has are evicted.</source>
        <translation>%1 leeren? Er nimmt keine neuen Pods an, und die vorhandenen werden verdrängt.</translation>
    </message>
    <message>
        <source>Drain and remove</source>
        <translation>Leeren und entfernen</translation>
    </message>
    <message>
        <source>Drain</source>
        <translation>Leeren</translation>
    </message>
    <message>
        <source>Shell</source>
        <translation>Shell</translation>
    </message>
    <message>
        <source>Forward</source>
        <translation>Weiterleiten</translation>
    </message>
    <message>
        <source>Usage</source>
        <translation>Verbrauch</translation>
    </message>
</context>
<context>
    <name>wheelhouse::ui::FactSheet</name>
    <message>
        <source>Facts</source>
        <translation>Fakten</translation>
    </message>
    <message>
        <source>Copy all</source>
        <translation>Alles kopieren</translation>
    </message>
</context>
<context>
    <name>wheelhouse::ui::Facts</name>
    <message>
        <source>Conditions</source>
        <translation>Zustände</translation>
    </message>
    <message>
        <source>running for %1</source>
        <translation>läuft seit %1</translation>
    </message>
    <message>
        <source>%1, exit code %2</source>
        <translation>%1, Exit-Code %2</translation>
    </message>
    <message>
        <source>waiting</source>
        <translation>wartet</translation>
    </message>
    <message>
        <source>Pod</source>
        <translation>Pod</translation>
    </message>
    <message>
        <source>Namespace</source>
        <translation>Namespace</translation>
    </message>
    <message>
        <source>Node</source>
        <translation>Knoten</translation>
    </message>
    <message>
        <source>none yet</source>
        <translation>noch keiner</translation>
    </message>
    <message>
        <source>Address</source>
        <translation>Adresse</translation>
    </message>
    <message>
        <source>Class</source>
        <translation>Klasse</translation>
    </message>
    <message>
        <source>Owner</source>
        <translation>Besitzer</translation>
    </message>
    <message>
        <source>Asks for</source>
        <translation>Verlangt</translation>
    </message>
    <message>
        <source>Age</source>
        <translation>Alter</translation>
    </message>
    <message>
        <source>Containers</source>
        <translation>Container</translation>
    </message>
    <message>
        <source>not started</source>
        <translation>nicht gestartet</translation>
    </message>
    <message>
        <source>restarted once</source>
        <translation>einmal neu gestartet</translation>
    </message>
    <message>
        <source>restarted %1 times</source>
        <translation>%1-mal neu gestartet</translation>
    </message>
    <message>
        <source>Pod in %1</source>
        <translation>Pod in %1</translation>
    </message>
    <message>
        <source>Zone</source>
        <translation>Zone</translation>
    </message>
    <message>
        <source>CPU</source>
        <translation>CPU</translation>
    </message>
    <message>
        <source>allocatable</source>
        <translation>zuteilbar</translation>
    </message>
    <message>
        <source>Memory</source>
        <translation>Speicher</translation>
    </message>
    <message>
        <source>Agent</source>
        <translation>Agent</translation>
    </message>
    <message>
        <source>Runtime</source>
        <translation>Laufzeit</translation>
    </message>
    <message>
        <source>System</source>
        <translation>System</translation>
    </message>
    <message>
        <source>Kernel</source>
        <translation>Kernel</translation>
    </message>
    <message>
        <source>Taints</source>
        <translation>Taints</translation>
    </message>
    <message>
        <source>Running</source>
        <translation>Läuft</translation>
    </message>
    <message>
        <source>Machine</source>
        <translation>Maschine</translation>
    </message>
    <message>
        <source>Kind</source>
        <translation>Art</translation>
    </message>
    <message>
        <source>Why</source>
        <translation>Warum</translation>
    </message>
    <message>
        <source>Power</source>
        <translation>Strom</translation>
    </message>
    <message>
        <source>Processors</source>
        <translation>Prozessoren</translation>
    </message>
    <message>
        <source>Console</source>
        <translation>Konsole</translation>
    </message>
    <message>
        <source>Process</source>
        <translation>Prozess</translation>
    </message>
    <message>
        <source>Start</source>
        <translation>Start</translation>
    </message>
    <message>
        <source>Terminating</source>
        <translation>Wird beendet</translation>
    </message>
    <message>
        <source>%1 in %2</source>
        <translation>%1 in %2</translation>
    </message>
    <message>
        <source>Labels</source>
        <translation>Labels</translation>
    </message>
</context>
<context>
    <name>wheelhouse::ui::FaultEffects</name>
    <message>
        <source>Agent</source>
        <translation>Agent</translation>
    </message>
    <message>
        <source>is silent; its lease has run out</source>
        <translation>schweigt; sein Lease ist abgelaufen</translation>
    </message>
    <message>
        <source>is silent; its lease runs out</source>
        <translation>schweigt; sein Lease läuft ab</translation>
    </message>
    <message>
        <source>renews its lease</source>
        <translation>erneuert seinen Lease</translation>
    </message>
    <message>
        <source>Node controller</source>
        <translation>Knoten-Controller</translation>
    </message>
    <message>
        <source>heard nothing and calls it NotReady</source>
        <translation>hörte nichts und nennt ihn NotReady</translation>
    </message>
    <message>
        <source>is told by the node that it is not ready</source>
        <translation>hört vom Knoten, dass er nicht bereit ist</translation>
    </message>
    <message>
        <source>looks whether it was heard</source>
        <translation>prüft, ob er sich gemeldet hat</translation>
    </message>
    <message>
        <source>reports %1</source>
        <translation>meldet %1</translation>
    </message>
    <message>
        <source>keeps pods off: %1</source>
        <translation>hält Pods fern: %1</translation>
    </message>
    <message>
        <source>Taint eviction</source>
        <translation>Taint-Räumung</translation>
    </message>
    <message>
        <source>deletes a pod</source>
        <translation>löscht einen Pod</translation>
    </message>
    <message>
        <source>deletes %1 pods</source>
        <translation>löscht %1 Pods</translation>
    </message>
    <message>
        <source>deleted a pod; it ends when the node is heard again</source>
        <translation>hat einen Pod gelöscht; er endet, wenn der Knoten sich meldet</translation>
    </message>
    <message>
        <source>deleted %1 pods; they end when the node is heard again</source>
        <translation>hat %1 Pods gelöscht; sie enden, wenn der Knoten sich meldet</translation>
    </message>
    <message>
        <source>Node</source>
        <translation>Knoten</translation>
    </message>
    <message>
        <source>Who</source>
        <translation>Wer</translation>
    </message>
    <message>
        <source>What</source>
        <translation>Was</translation>
    </message>
    <message>
        <source>When</source>
        <translation>Wann</translation>
    </message>
    <message>
        <source>%1 ago</source>
        <translation>vor %1</translation>
    </message>
</context>
<context>
    <name>wheelhouse::ui::FaultModel</name>
    <message>
        <source>active</source>
        <translation>aktiv</translation>
    </message>
    <message>
        <source>being mended</source>
        <translation>wird repariert</translation>
    </message>
    <message>
        <source>to come</source>
        <translation>steht bevor</translation>
    </message>
    <message>
        <source>not possible</source>
        <translation>nicht möglich</translation>
    </message>
    <message>
        <source>over</source>
        <translation>vorbei</translation>
    </message>
    <message>
        <source>State</source>
        <translation>Zustand</translation>
    </message>
    <message>
        <source>What</source>
        <translation>Was</translation>
    </message>
    <message>
        <source>Where</source>
        <translation>Wo</translation>
    </message>
    <message>
        <source>Left</source>
        <translation>Rest</translation>
    </message>
    <message>
        <source>Message</source>
        <translation>Meldung</translation>
    </message>
    <message>
        <source>until mended</source>
        <translation>bis zur Reparatur</translation>
    </message>
    <message>
        <source>%1 ago</source>
        <translation>vor %1</translation>
    </message>
    <message>
        <source>begins %1</source>
        <translation>beginnt %1</translation>
    </message>
    <message>
        <source>ends %1</source>
        <translation>endet %1</translation>
    </message>
</context>
<context>
    <name>wheelhouse::ui::FaultPanel</name>
    <message>
        <source>Break something</source>
        <translation>Etwas kaputt machen</translation>
    </message>
    <message>
        <source>Break it</source>
        <translation>Kaputt machen</translation>
    </message>
    <message>
        <source>Whom</source>
        <translation>Wen</translation>
    </message>
    <message>
        <source>Other end</source>
        <translation>Anderes Ende</translation>
    </message>
    <message>
        <source>only what it sends</source>
        <translation>nur was er sendet</translation>
    </message>
    <message>
        <source>a pod&apos;s name, or app=web</source>
        <translation>Name eines Pods oder app=web</translation>
    </message>
    <message>
        <source>One way</source>
        <translation>Einseitig</translation>
    </message>
    <message>
        <source>Namespace</source>
        <translation>Namespace</translation>
    </message>
    <message>
        <source>Pods</source>
        <translation>Pods</translation>
    </message>
    <message>
        <source>How hard</source>
        <translation>Wie stark</translation>
    </message>
    <message>
        <source>How long</source>
        <translation>Wie lange</translation>
    </message>
</context>
<context>
    <name>wheelhouse::ui::FaultsPage</name>
    <message>
        <source>Failures</source>
        <translation>Störungen</translation>
    </message>
    <message>
        <source>Break something on purpose. It mends itself when its time is over, or when you say so.</source>
        <translation>Etwas mit Absicht kaputt machen. Es repariert sich, wenn seine Zeit um ist oder wenn Sie es sagen.</translation>
    </message>
    <message>
        <source>Press it to say whom and how long</source>
        <translation>Drücken, um zu sagen, wen und wie lange</translation>
    </message>
    <message>
        <source>What is broken</source>
        <translation>Was kaputt ist</translation>
    </message>
    <message>
        <source>Forget those that are over</source>
        <translation>Vergangene vergessen</translation>
    </message>
    <message>
        <source>Mend</source>
        <translation>Reparieren</translation>
    </message>
    <message>
        <source>Mend all</source>
        <translation>Alles reparieren</translation>
    </message>
    <message>
        <source>What is done about it</source>
        <translation>Was dagegen getan wird</translation>
    </message>
    <message>
        <source>No node is under a fault now.</source>
        <translation>Kein Knoten ist gerade gestört.</translation>
    </message>
    <message>
        <source>Choose what to mend</source>
        <translation>Wählen, was repariert wird</translation>
    </message>
    <message>
        <source>Nothing is broken</source>
        <translation>Nichts ist kaputt</translation>
    </message>
    <message>
        <source>Nothing can be broken here</source>
        <translation>Hier lässt sich nichts kaputt machen</translation>
    </message>
    <message>
        <source>Only a Wheelhouse lab can: this cluster does not serve Faults.</source>
        <translation>Das kann nur ein Wheelhouse-Labor: Dieser Cluster kennt keine Faults.</translation>
    </message>
    <message>
        <source>Press a fault above, drag one onto a node of the map, or take it from a node&apos;s menu. Then watch here who notices, and when.</source>
        <translation>Oben eine Störung drücken, eine auf einen Knoten der Karte ziehen oder aus dem Menü eines Knotens nehmen. Dann hier sehen, wer es wann bemerkt.</translation>
    </message>
</context>
<context>
    <name>wheelhouse::ui::FeedModel</name>
    <message>
        <source>Time</source>
        <translation>Zeit</translation>
    </message>
    <message>
        <source>Who</source>
        <translation>Wer</translation>
    </message>
    <message>
        <source>What</source>
        <translation>Was</translation>
    </message>
</context>
<context>
    <name>wheelhouse::ui::FeedView</name>
    <message>
        <source>Event feed</source>
        <translation>Ereignisse</translation>
    </message>
    <message>
        <source>Nothing has happened yet. What the scheduler, the nodes and you do is told here, newest first.</source>
        <translation>Noch ist nichts geschehen. Was der Scheduler, die Knoten und du tun, steht hier, Neuestes zuerst.</translation>
    </message>
    <message>
        <source>Copy line</source>
        <translation>Zeile kopieren</translation>
    </message>
    <message>
        <source>Copy kubectl command</source>
        <translation>kubectl-Befehl kopieren</translation>
    </message>
</context>
<context>
    <name>wheelhouse::ui::ForwardsView</name>
    <message>
        <source>Nothing is forwarded</source>
        <translation>Nichts wird weitergeleitet</translation>
    </message>
    <message>
        <source>Select a pod or a service and press Shift+F to reach one of its ports on this computer.</source>
        <translation>Wähle einen Pod oder Service und drücke Umschalt+F, um einen seiner Ports auf diesem Rechner zu erreichen.</translation>
    </message>
    <message>
        <source>Port of the pod or service</source>
        <translation>Port des Pods oder Services</translation>
    </message>
    <message>
        <source>any</source>
        <translation>beliebig</translation>
    </message>
    <message>
        <source>Port on this computer</source>
        <translation>Port auf diesem Rechner</translation>
    </message>
    <message>
        <source>Port on this computer; “any” takes the same number where it is free</source>
        <translation>Port auf diesem Rechner; „beliebig“ nimmt dieselbe Nummer, wenn sie frei ist</translation>
    </message>
    <message>
        <source>Forward</source>
        <translation>Weiterleiten</translation>
    </message>
    <message>
        <source>port</source>
        <translation>Port</translation>
    </message>
    <message>
        <source>to 127.0.0.1, port</source>
        <translation>an 127.0.0.1, Port</translation>
    </message>
    <message>
        <source>Forwarded ports</source>
        <translation>Weitergeleitete Ports</translation>
    </message>
    <message>
        <source>Open in browser</source>
        <translation>Im Browser öffnen</translation>
    </message>
    <message>
        <source>Copy address</source>
        <translation>Adresse kopieren</translation>
    </message>
    <message>
        <source>Stop</source>
        <translation>Beenden</translation>
    </message>
</context>
<context>
    <name>wheelhouse::ui::HelmChart</name>
    <message>
        <source>Charts are made into manifests by helm, which is not installed. Install it, or drop the output of “helm template” as a file.</source>
        <translation>Charts macht helm zu Manifesten, und helm ist nicht installiert. Installieren, oder die Ausgabe von „helm template“ als Datei ablegen.</translation>
    </message>
    <message>
        <source>helm cannot be started: %1</source>
        <translation>helm kann nicht gestartet werden: %1</translation>
    </message>
    <message>
        <source>helm cannot render this chart: %1</source>
        <translation>helm kann aus diesem Chart nichts machen: %1</translation>
    </message>
    <message>
        <source>This chart makes more than can be applied at once.</source>
        <translation>Dieses Chart ergibt mehr, als auf einmal angewandt werden kann.</translation>
    </message>
    <message>
        <source>helm did not answer within %1 s.</source>
        <translation>helm hat nicht innerhalb von %1 s geantwortet.</translation>
    </message>
</context>
<context>
    <name>wheelhouse::ui::HelpModel</name>
    <message>
        <source>%1: no key</source>
        <translation>%1: keine Taste</translation>
    </message>
    <message>
        <source>%1: %2</source>
        <translation>%1: %2</translation>
    </message>
</context>
<context>
    <name>wheelhouse::ui::HelpPanel</name>
    <message>
        <source>press a key</source>
        <translation>Taste drücken</translation>
    </message>
    <message>
        <source>Keys</source>
        <translation>Tasten</translation>
    </message>
    <message>
        <source>Standard keys</source>
        <translation>Standardtasten</translation>
    </message>
    <message>
        <source>Close</source>
        <translation>Schließen</translation>
    </message>
    <message>
        <source>Keys where you are</source>
        <translation>Tasten an dieser Stelle</translation>
    </message>
    <message>
        <source>Keys that work everywhere</source>
        <translation>Tasten, die überall gelten</translation>
    </message>
    <message>
        <source>Press Enter or click on a line to give it another key.</source>
        <translation>Eingabetaste oder Klick auf eine Zeile gibt ihr eine andere Taste.</translation>
    </message>
    <message>
        <source>“%1” has its keys for good.</source>
        <translation>„%1“ behält seine Tasten.</translation>
    </message>
    <message>
        <source>%1: press the new key. Backspace takes its key away, Escape leaves it as it is.</source>
        <translation>%1: die neue Taste drücken. Rücktaste nimmt die Taste weg, Escape lässt alles, wie es ist.</translation>
    </message>
</context>
<context>
    <name>wheelhouse::ui::JumpModel</name>
    <message>
        <source>namespace</source>
        <translation>Namespace</translation>
    </message>
    <message>
        <source>node</source>
        <translation>Knoten</translation>
    </message>
</context>
<context>
    <name>wheelhouse::ui::JumpPanel</name>
    <message>
        <source>Go to</source>
        <translation>Gehe zu</translation>
    </message>
    <message>
        <source>Search or run: web-5, :pod shop, :deploy app=web, :ns shop</source>
        <translation>Suchen oder ausführen: web-5, :pod shop, :deploy app=web, :ns shop</translation>
    </message>
    <message>
        <source>Search or run</source>
        <translation>Suchen oder ausführen</translation>
    </message>
    <message>
        <source>Where to go</source>
        <translation>Wohin</translation>
    </message>
    <message>
        <source>Nothing by that name.</source>
        <translation>Nichts mit diesem Namen.</translation>
    </message>
</context>
<context>
    <name>wheelhouse::ui::KeyTable</name>
    <message>
        <source>Map</source>
        <translation>Karte</translation>
    </message>
    <message>
        <source>Objects</source>
        <translation>Objekte</translation>
    </message>
    <message>
        <source>Verdicts</source>
        <translation>Urteile</translation>
    </message>
    <message>
        <source>Scaling</source>
        <translation>Skalierung</translation>
    </message>
    <message>
        <source>Failures</source>
        <translation>Störungen</translation>
    </message>
    <message>
        <source>Access</source>
        <translation>Zugriff</translation>
    </message>
    <message>
        <source>Start: this computer, a sample lab, first nodes</source>
        <translation>Start: dieser Rechner, ein Beispiel-Lab, erste Knoten</translation>
    </message>
    <message>
        <source>Search or run</source>
        <translation>Suchen oder ausführen</translation>
    </message>
    <message>
        <source>Go to a kind, as :pod shop</source>
        <translation>Zu einer Art, wie :pod shop</translation>
    </message>
    <message>
        <source>There and back</source>
        <translation>Hin und zurück</translation>
    </message>
    <message>
        <source>Back in history</source>
        <translation>Im Verlauf zurück</translation>
    </message>
    <message>
        <source>Forward in history</source>
        <translation>Im Verlauf vor</translation>
    </message>
    <message>
        <source>Filter the table</source>
        <translation>Tabelle filtern</translation>
    </message>
    <message>
        <source>Keys and what they do</source>
        <translation>Tasten und was sie tun</translation>
    </message>
    <message>
        <source>Deploy a manifest</source>
        <translation>Ein Manifest anwenden</translation>
    </message>
    <message>
        <source>Add a node</source>
        <translation>Einen Knoten hinzufügen</translation>
    </message>
    <message>
        <source>Pause or resume the cluster&apos;s time</source>
        <translation>Zeit des Clusters anhalten oder fortsetzen</translation>
    </message>
    <message>
        <source>Let one step happen</source>
        <translation>Einen Schritt geschehen lassen</translation>
    </message>
    <message>
        <source>Time goes faster</source>
        <translation>Zeit vergeht schneller</translation>
    </message>
    <message>
        <source>Time goes slower</source>
        <translation>Zeit vergeht langsamer</translation>
    </message>
    <message>
        <source>Show only trouble</source>
        <translation>Nur Probleme zeigen</translation>
    </message>
    <message>
        <source>Timeline</source>
        <translation>Zeitleiste</translation>
    </message>
    <message>
        <source>Feed</source>
        <translation>Geschehen</translation>
    </message>
    <message>
        <source>Who acts next</source>
        <translation>Wer als Nächstes handelt</translation>
    </message>
    <message>
        <source>Logs</source>
        <translation>Logs</translation>
    </message>
    <message>
        <source>Terminal</source>
        <translation>Terminal</translation>
    </message>
    <message>
        <source>Forwarded ports</source>
        <translation>Weitergeleitete Ports</translation>
    </message>
    <message>
        <source>Light or dark</source>
        <translation>Hell oder dunkel</translation>
    </message>
    <message>
        <source>Details</source>
        <translation>Details</translation>
    </message>
    <message>
        <source>Its YAML</source>
        <translation>Sein YAML</translation>
    </message>
    <message>
        <source>Edit</source>
        <translation>Bearbeiten</translation>
    </message>
    <message>
        <source>Logs of its previous life</source>
        <translation>Logs des vorigen Laufs</translation>
    </message>
    <message>
        <source>Shell in a pod</source>
        <translation>Shell in einem Pod</translation>
    </message>
    <message>
        <source>Forward a port</source>
        <translation>Einen Port weiterleiten</translation>
    </message>
    <message>
        <source>Delete</source>
        <translation>Löschen</translation>
    </message>
    <message>
        <source>Cordon or uncordon a node</source>
        <translation>Knoten sperren oder freigeben</translation>
    </message>
    <message>
        <source>Drain a node</source>
        <translation>Einen Knoten leeren</translation>
    </message>
    <message>
        <source>Into a node, to its pods</source>
        <translation>In einen Knoten, zu seinen Pods</translation>
    </message>
    <message>
        <source>Out again</source>
        <translation>Wieder heraus</translation>
    </message>
    <message>
        <source>One step back</source>
        <translation>Einen Schritt zurück</translation>
    </message>
    <message>
        <source>One step on</source>
        <translation>Einen Schritt weiter</translation>
    </message>
    <message>
        <source>Play or stop</source>
        <translation>Abspielen oder anhalten</translation>
    </message>
    <message>
        <source>Play faster</source>
        <translation>Schneller abspielen</translation>
    </message>
    <message>
        <source>Play slower</source>
        <translation>Langsamer abspielen</translation>
    </message>
    <message>
        <source>As far back as there is</source>
        <translation>So weit zurück, wie es geht</translation>
    </message>
    <message>
        <source>Back to the present</source>
        <translation>Zurück in die Gegenwart</translation>
    </message>
    <message>
        <source>Everywhere</source>
        <translation>Überall</translation>
    </message>
    <message>
        <source>What is selected</source>
        <translation>Das Ausgewählte</translation>
    </message>
    <message>
        <source>On the map</source>
        <translation>Auf der Karte</translation>
    </message>
    <message>
        <source>On the timeline</source>
        <translation>Auf der Zeitleiste</translation>
    </message>
    <message>
        <source>“%1” has its keys for good.</source>
        <translation>„%1“ behält seine Tasten.</translation>
    </message>
    <message>
        <source>That is no key.</source>
        <translation>Das ist keine Taste.</translation>
    </message>
    <message>
        <source>%1 moves through every window and stays as it is.</source>
        <translation>%1 dient in jedem Fenster der Bewegung und bleibt, wie sie ist.</translation>
    </message>
    <message>
        <source>%1 is taken: “%2” (%3). Give that another key first.</source>
        <translation>%1 ist vergeben: „%2“ (%3). Erst diesem eine andere Taste geben.</translation>
    </message>
    <message>
        <source>Mark the row of a table</source>
        <translation>Zeile einer Tabelle markieren</translation>
    </message>
    <message>
        <source>All of the server&apos;s columns</source>
        <translation>Alle Spalten des Servers</translation>
    </message>
    <message>
        <source>To what is at the left</source>
        <translation>Zu dem, was links ist</translation>
    </message>
    <message>
        <source>To what is at the right</source>
        <translation>Zu dem, was rechts ist</translation>
    </message>
    <message>
        <source>To what is above</source>
        <translation>Zu dem, was darüber ist</translation>
    </message>
    <message>
        <source>To what is below</source>
        <translation>Zu dem, was darunter ist</translation>
    </message>
    <message>
        <source>Apply the manifest</source>
        <translation>Das Manifest anwenden</translation>
    </message>
    <message>
        <source>Try it: a dry run</source>
        <translation>Ausprobieren: ein Probelauf</translation>
    </message>
    <message>
        <source>What can be written here</source>
        <translation>Was hier stehen kann</translation>
    </message>
    <message>
        <source>In the editor</source>
        <translation>Im Editor</translation>
    </message>
    <message>
        <source>%1 is written in the editor: hold Ctrl or Alt with it.</source>
        <translation>%1 schreibt im Editor: halten Sie Strg oder Alt dazu.</translation>
    </message>
</context>
<context>
    <name>wheelhouse::ui::LogsView</name>
    <message>
        <source>No log chosen</source>
        <translation>Kein Log gewählt</translation>
    </message>
    <message>
        <source>Log</source>
        <translation>Log</translation>
    </message>
    <message>
        <source>Container</source>
        <translation>Container</translation>
    </message>
    <message>
        <source>Previous</source>
        <translation>Vorheriger</translation>
    </message>
    <message>
        <source>The run before the last restart</source>
        <translation>Der Lauf vor dem letzten Neustart</translation>
    </message>
    <message>
        <source>Wrap</source>
        <translation>Umbrechen</translation>
    </message>
    <message>
        <source>Follow</source>
        <translation>Folgen</translation>
    </message>
    <message>
        <source>Search the log</source>
        <translation>Log durchsuchen</translation>
    </message>
    <message>
        <source>live</source>
        <translation>live</translation>
    </message>
    <message>
        <source>previous run</source>
        <translation>voriger Lauf</translation>
    </message>
    <message>
        <source>ended</source>
        <translation>beendet</translation>
    </message>
    <message>
        <source>%1+</source>
        <translation>%1+</translation>
    </message>
    <message>
        <source>1 hit</source>
        <translation>1 Treffer</translation>
    </message>
    <message>
        <source>%1 hits</source>
        <translation>%1 Treffer</translation>
    </message>
    <message>
        <source>Select a pod on the map or in a table to read what its containers write; of a deployment, press l to read all its pods together.</source>
        <translation>Wähle einen Pod auf der Karte oder in einer Tabelle, um zu lesen, was seine Container schreiben; drücke bei einem Deployment l, um alle seine Pods zusammen zu lesen.</translation>
    </message>
    <message>
        <source>Save the log</source>
        <translation>Log speichern</translation>
    </message>
    <message>
        <source>Save what is shown to a file</source>
        <translation>Was gezeigt wird, in eine Datei speichern</translation>
    </message>
    <message>
        <source>Times</source>
        <translation>Zeiten</translation>
    </message>
    <message>
        <source>When each line was written</source>
        <translation>Wann jede Zeile geschrieben wurde</translation>
    </message>
    <message>
        <source>Only matches</source>
        <translation>Nur Treffer</translation>
    </message>
    <message>
        <source>Show only the lines that hold what is searched for</source>
        <translation>Nur Zeilen zeigen, die das Gesuchte enthalten</translation>
    </message>
    <message>
        <source>Newest</source>
        <translation>Neueste</translation>
    </message>
    <message>
        <source>How far back the log is read</source>
        <translation>Wie weit zurück das Log gelesen wird</translation>
    </message>
    <message>
        <source>Last minute</source>
        <translation>Letzte Minute</translation>
    </message>
    <message>
        <source>Last 5 minutes</source>
        <translation>Letzte 5 Minuten</translation>
    </message>
    <message>
        <source>Last 15 minutes</source>
        <translation>Letzte 15 Minuten</translation>
    </message>
    <message>
        <source>Last hour</source>
        <translation>Letzte Stunde</translation>
    </message>
    <message>
        <source>Last day</source>
        <translation>Letzter Tag</translation>
    </message>
    <message>
        <source>%1 of %2 logs</source>
        <translation>%1 von %2 Logs</translation>
    </message>
    <message>
        <source>live, %1 logs</source>
        <translation>live, %1 Logs</translation>
    </message>
    <message>
        <source>could not be saved</source>
        <translation>ließ sich nicht speichern</translation>
    </message>
    <message>
        <source>%1 cannot be written.</source>
        <translation>%1 lässt sich nicht schreiben.</translation>
    </message>
</context>
<context>
    <name>wheelhouse::ui::MainWindow</name>
    <message>
        <source>%1 – Wheelhouse</source>
        <translation>%1 – Wheelhouse</translation>
    </message>
    <message>
        <source>Try now</source>
        <translation>Jetzt versuchen</translation>
    </message>
    <message>
        <source>Map</source>
        <translation>Karte</translation>
    </message>
    <message>
        <source>Objects</source>
        <translation>Objekte</translation>
    </message>
    <message>
        <source>Verdicts</source>
        <translation>Urteile</translation>
    </message>
    <message>
        <source>Scaling</source>
        <translation>Skalierung</translation>
    </message>
    <message>
        <source>Dock</source>
        <translation>Dock</translation>
    </message>
    <message>
        <source>Timeline</source>
        <translation>Zeitleiste</translation>
    </message>
    <message>
        <source>Feed</source>
        <translation>Geschehen</translation>
    </message>
    <message>
        <source>Next</source>
        <translation>Als Nächstes</translation>
    </message>
    <message>
        <source>Logs</source>
        <translation>Logs</translation>
    </message>
    <message>
        <source>YAML</source>
        <translation>YAML</translation>
    </message>
    <message>
        <source>You</source>
        <translation>Du</translation>
    </message>
    <message>
        <source>Refused</source>
        <translation>Abgelehnt</translation>
    </message>
    <message>
        <source>Not done: %1 %2</source>
        <translation>Nicht geschehen: %1 %2</translation>
    </message>
    <message>
        <source>%1 does not answer: %2. What you see is the last known state; it is tried again by itself.</source>
        <translation>%1 antwortet nicht: %2. Du siehst den letzten bekannten Stand; es wird von selbst wieder versucht.</translation>
    </message>
    <message>
        <source>Next step</source>
        <translation>Nächster Schritt</translation>
    </message>
    <message>
        <source>Go on</source>
        <translation>Weiter</translation>
    </message>
    <message>
        <source>The cluster&apos;s time stands still: controllers, the scheduler and leases wait. You can still change things.</source>
        <translation>Die Clusterzeit steht still: Controller, Scheduler und Leases warten. Ändern kannst du weiterhin.</translation>
    </message>
    <message>
        <source>began to drain %1.</source>
        <translation>leerst %1.</translation>
    </message>
    <message>
        <source>Stop draining</source>
        <translation>Leeren abbrechen</translation>
    </message>
    <message>
        <source>stopped draining %1.</source>
        <translation>hast das Leeren von %1 abgebrochen.</translation>
    </message>
    <message>
        <source>Draining %1: one pod is left.</source>
        <translation>%1 wird geleert: ein Pod ist noch da.</translation>
    </message>
    <message>
        <source>Draining %1: %2 pods are left.</source>
        <translation>%1 wird geleert: %2 Pods sind noch da.</translation>
    </message>
    <message>
        <source>drained %1 and removed it.</source>
        <translation>hast %1 geleert und entfernt.</translation>
    </message>
    <message>
        <source>drained %1.</source>
        <translation>hast %1 geleert.</translation>
    </message>
    <message>
        <source>%1 is not drained: %2</source>
        <translation>%1 ist nicht geleert: %2</translation>
    </message>
    <message>
        <source>Copy kubectl command</source>
        <translation>kubectl-Befehl kopieren</translation>
    </message>
    <message>
        <source>Back to the present</source>
        <translation>Zurück in die Gegenwart</translation>
    </message>
    <message>
        <source>The past: %1, revision %2. It can be looked at, not changed.</source>
        <translation>Die Vergangenheit: %1, Revision %2. Sie lässt sich ansehen, nicht ändern.</translation>
    </message>
    <message>
        <source>The history of revision %1 is gone; the tape begins later now.</source>
        <translation>Die Geschichte der Revision %1 ist fort; das Band beginnt jetzt später.</translation>
    </message>
    <message>
        <source>The past cannot be shown: %1</source>
        <translation>Die Vergangenheit lässt sich nicht zeigen: %1</translation>
    </message>
    <message>
        <source>Open</source>
        <translation>Öffnen</translation>
    </message>
    <message>
        <source>Evict…</source>
        <translation>Verdrängen …</translation>
    </message>
    <message>
        <source>Delete pod…</source>
        <translation>Pod löschen …</translation>
    </message>
    <message>
        <source>Power on</source>
        <translation>Einschalten</translation>
    </message>
    <message>
        <source>Cut power…</source>
        <translation>Strom kappen …</translation>
    </message>
    <message>
        <source>Uncordon</source>
        <translation>Freigeben</translation>
    </message>
    <message>
        <source>Cordon</source>
        <translation>Sperren</translation>
    </message>
    <message>
        <source>Drain and remove…</source>
        <translation>Leeren und entfernen …</translation>
    </message>
    <message>
        <source>Drain…</source>
        <translation>Leeren …</translation>
    </message>
    <message>
        <source>Remove…</source>
        <translation>Entfernen …</translation>
    </message>
    <message>
        <source>Terminal</source>
        <translation>Terminal</translation>
    </message>
    <message>
        <source>Forwards</source>
        <translation>Weiterleitungen</translation>
    </message>
    <message>
        <source>Shell</source>
        <translation>Shell</translation>
    </message>
    <message>
        <source>Forward a port…</source>
        <translation>Port weiterleiten …</translation>
    </message>
    <message>
        <source>stopped forwarding %1.</source>
        <translation>hast die Weiterleitung von %1 beendet.</translation>
    </message>
    <message>
        <source>No shell in %1: %2</source>
        <translation>Keine Shell in %1: %2</translation>
    </message>
    <message>
        <source>opened a shell in %1.</source>
        <translation>hast eine Shell in %1 geöffnet.</translation>
    </message>
    <message>
        <source>%1 cannot be forwarded: %2</source>
        <translation>%1 lässt sich nicht weiterleiten: %2</translation>
    </message>
    <message>
        <source>%1 pods</source>
        <translation>%1 Pods</translation>
    </message>
    <message>
        <source>No logs of %1: %2</source>
        <translation>Keine Logs von %1: %2</translation>
    </message>
    <message>
        <source>it chooses no pods.</source>
        <translation>es wählt keine Pods aus.</translation>
    </message>
    <message>
        <source>forwarded %1.</source>
        <translation>hast %1 weitergeleitet.</translation>
    </message>
    <message>
        <source>Access</source>
        <translation>Zugriff</translation>
    </message>
    <message>
        <source>The cluster as a map</source>
        <translation>Der Cluster als Karte</translation>
    </message>
    <message>
        <source>Everything as tables</source>
        <translation>Alles als Tabellen</translation>
    </message>
    <message>
        <source>Why every pod is where it is</source>
        <translation>Warum jeder Pod ist, wo er ist</translation>
    </message>
    <message>
        <source>Autoscalers and pools of nodes</source>
        <translation>Autoscaler und Node-Pools</translation>
    </message>
    <message>
        <source>Failures</source>
        <translation>Störungen</translation>
    </message>
    <message>
        <source>Break things on purpose</source>
        <translation>Dinge mit Absicht kaputt machen</translation>
    </message>
    <message>
        <source>Who can do what</source>
        <translation>Wer was darf</translation>
    </message>
    <message>
        <source>Faults to drag onto nodes, zones and pods</source>
        <translation>Störungen zum Ziehen auf Knoten, Zonen und Pods</translation>
    </message>
    <message>
        <source>Only a Wheelhouse lab can break things on purpose</source>
        <translation>Nur ein Wheelhouse-Labor kann mit Absicht kaputt machen</translation>
    </message>
    <message>
        <source>Break</source>
        <translation>Stören</translation>
    </message>
    <message>
        <source>Mend: %1</source>
        <translation>Reparieren: %1</translation>
    </message>
    <message>
        <source>Kill its containers…</source>
        <translation>Seine Container abschießen…</translation>
    </message>
    <message>
        <source>%1 cannot be edited: %2</source>
        <translation>%1 lässt sich nicht bearbeiten: %2</translation>
    </message>
    <message>
        <source>Start</source>
        <translation>Start</translation>
    </message>
    <message>
        <source>What this computer can do, and nodes to begin with</source>
        <translation>Was dieser Rechner kann, und Knoten für den Anfang</translation>
    </message>
    <message>
        <source>The shop could not be made: %1</source>
        <translation>Der Shop konnte nicht angelegt werden: %1</translation>
    </message>
    <message>
        <source>Logs are followed in one namespace at a time: mark pods of one.</source>
        <translation>Logs werden je Namespace verfolgt: bitte Pods eines einzigen markieren.</translation>
    </message>
    <message>
        <source>As the desktop</source>
        <translation>Wie der Desktop</translation>
    </message>
    <message>
        <source>Light</source>
        <translation>Hell</translation>
    </message>
    <message>
        <source>Dark</source>
        <translation>Dunkel</translation>
    </message>
    <message>
        <source>Usual colours</source>
        <translation>Übliche Farben</translation>
    </message>
    <message>
        <source>Colours for red–green colour blindness</source>
        <translation>Farben für Rot-Grün-Blindheit</translation>
    </message>
    <message>
        <source>Colours for blue–yellow colour blindness</source>
        <translation>Farben für Blau-Gelb-Blindheit</translation>
    </message>
    <message>
        <source>Projector: large type, thick lines</source>
        <translation>Projektor: große Schrift, dicke Linien</translation>
    </message>
    <message>
        <source>Nothing moves</source>
        <translation>Nichts bewegt sich</translation>
    </message>
    <message>
        <source>Keys and what they do</source>
        <translation>Tasten und was sie tun</translation>
    </message>
    <message>
        <source>This computer and first nodes</source>
        <translation>Dieser Rechner und erste Knoten</translation>
    </message>
</context>
<context>
    <name>wheelhouse::ui::MapDrag</name>
    <message>
        <source>%1 is too large for a manifest.</source>
        <translation>%1 ist zu groß für ein Manifest.</translation>
    </message>
    <message>
        <source>%1 cannot be read: %2.</source>
        <translation>%1 lässt sich nicht lesen: %2.</translation>
    </message>
</context>
<context>
    <name>wheelhouse::ui::MapPage</name>
    <message>
        <source>Map</source>
        <translation>Karte</translation>
    </message>
    <message>
        <source>by zone</source>
        <translation>nach Zone</translation>
    </message>
    <message>
        <source>zone</source>
        <translation>Zone</translation>
    </message>
    <message>
        <source>only trouble</source>
        <translation>nur Probleme</translation>
    </message>
    <message>
        <source>Add node</source>
        <translation>Knoten hinzufügen</translation>
    </message>
    <message>
        <source>Add a node</source>
        <translation>Einen Knoten hinzufügen</translation>
    </message>
    <message>
        <source>Cluster map of the past</source>
        <translation>Clusterkarte der Vergangenheit</translation>
    </message>
    <message>
        <source>The cluster does not answer yet</source>
        <translation>Der Cluster antwortet noch nicht</translation>
    </message>
    <message>
        <source>Add virtual machines or simulated nodes</source>
        <translation>Virtuelle Maschinen oder simulierte Knoten hinzufügen</translation>
    </message>
    <message>
        <source>Only a Wheelhouse lab can make nodes: this cluster does not serve Machines</source>
        <translation>Nur ein Wheelhouse-Labor kann Knoten erzeugen: Dieser Cluster kennt keine Machines</translation>
    </message>
    <message>
        <source>A cluster without nodes</source>
        <translation>Ein Cluster ohne Knoten</translation>
    </message>
    <message>
        <source>The control plane runs. Pods need a node to run on: add a virtual machine, or a simulated node to try things at once.</source>
        <translation>Die Steuerungsebene läuft. Pods brauchen einen Knoten: Füge eine virtuelle Maschine hinzu oder, um gleich etwas zu probieren, einen simulierten Knoten.</translation>
    </message>
    <message>
        <source>The control plane answers, but no node has joined it yet.</source>
        <translation>Die Steuerungsebene antwortet, aber noch ist kein Knoten beigetreten.</translation>
    </message>
    <message>
        <source>The cluster does not answer</source>
        <translation>Der Cluster antwortet nicht</translation>
    </message>
    <message>
        <source>Connecting…</source>
        <translation>Verbindet …</translation>
    </message>
    <message>
        <source>The map fills as soon as the cluster answers.</source>
        <translation>Die Karte füllt sich, sobald der Cluster antwortet.</translation>
    </message>
    <message>
        <source>The past can be looked at, not changed</source>
        <translation>Die Vergangenheit lässt sich ansehen, nicht ändern</translation>
    </message>
    <message>
        <source>by pool</source>
        <translation>nach Pool</translation>
    </message>
    <message>
        <source>by namespace</source>
        <translation>nach Namespace</translation>
    </message>
    <message>
        <source>by owner</source>
        <translation>nach Besitzer</translation>
    </message>
    <message>
        <source>pool</source>
        <translation>Pool</translation>
    </message>
    <message>
        <source>namespace</source>
        <translation>Namespace</translation>
    </message>
    <message>
        <source>owner</source>
        <translation>Besitzer</translation>
    </message>
</context>
<context>
    <name>wheelhouse::ui::MapView</name>
    <message>
        <source>cpu</source>
        <translation>CPU</translation>
    </message>
    <message>
        <source>mem</source>
        <translation>Mem</translation>
    </message>
    <message>
        <source>no pods yet</source>
        <translation>noch keine Pods</translation>
    </message>
    <message>
        <source>its processors stand still</source>
        <translation>seine Prozessoren stehen still</translation>
    </message>
    <message>
        <source>switched off</source>
        <translation>ausgeschaltet</translation>
    </message>
    <message>
        <source>no node fits</source>
        <translation>kein Knoten passt</translation>
    </message>
    <message>
        <source>waiting</source>
        <translation>wartet</translation>
    </message>
    <message>
        <source>Cluster map</source>
        <translation>Clusterkarte</translation>
    </message>
    <message>
        <source>nodes</source>
        <translation>Knoten</translation>
    </message>
    <message>
        <source>no zone</source>
        <translation>keine Zone</translation>
    </message>
    <message>
        <source>zone %1</source>
        <translation>Zone %1</translation>
    </message>
    <message>
        <source>virtual machines</source>
        <translation>virtuelle Maschinen</translation>
    </message>
    <message>
        <source>1 node</source>
        <translation>1 Knoten</translation>
    </message>
    <message>
        <source>%1 nodes</source>
        <translation>%1 Knoten</translation>
    </message>
    <message>
        <source>Scheduler</source>
        <translation>Scheduler</translation>
    </message>
    <message>
        <source>queue</source>
        <translation>Warteschlange</translation>
    </message>
    <message>
        <source>queue · %1</source>
        <translation>Warteschlange · %1</translation>
    </message>
    <message>
        <source>Nothing waits for a node.</source>
        <translation>Nichts wartet auf einen Knoten.</translation>
    </message>
    <message>
        <source>and %1 more</source>
        <translation>und %1 weitere</translation>
    </message>
    <message>
        <source>would go here</source>
        <translation>käme hierher</translation>
    </message>
    <message>
        <source>%1 · %2 · %3</source>
        <translation>%1 · %2 · %3</translation>
    </message>
    <message>
        <source>Pods: %1, asking for %2 of %3 CPU and %4 of %5 memory</source>
        <translation>Pods: %1, verlangen %2 von %3 CPU und %4 von %5 Speicher</translation>
    </message>
    <message>
        <source>%1 in %2 · %3</source>
        <translation>%1 in %2 · %3</translation>
    </message>
    <message>
        <source>%1 of %2 ready</source>
        <translation>%1 von %2 bereit</translation>
    </message>
    <message>
        <source>1 application</source>
        <translation>1 Anwendung</translation>
    </message>
    <message>
        <source>%1 applications</source>
        <translation>%1 Anwendungen</translation>
    </message>
    <message>
        <source>1 owner</source>
        <translation>1 Besitzer</translation>
    </message>
    <message>
        <source>%1 owners</source>
        <translation>%1 Besitzer</translation>
    </message>
    <message>
        <source>Broken on purpose: %1 (%2)</source>
        <translation>Mit Absicht gestört: %1 (%2)</translation>
    </message>
    <message>
        <source>%1 ⇄ control plane</source>
        <translation>%1 ⇄ Control Plane</translation>
    </message>
    <message>
        <source>Broken on purpose: %1</source>
        <translation>Mit Absicht gestört: %1</translation>
    </message>
    <message>
        <source>Press to cut or slow it</source>
        <translation>Drücken, um sie zu kappen oder zu bremsen</translation>
    </message>
    <message>
        <source>Press to mend it</source>
        <translation>Drücken, um sie zu reparieren</translation>
    </message>
</context>
<context>
    <name>wheelhouse::ui::MarkBar</name>
    <message>
        <source>Logs</source>
        <translation>Logs</translation>
    </message>
    <message>
        <source>Cordon</source>
        <translation>Sperren</translation>
    </message>
    <message>
        <source>Uncordon</source>
        <translation>Freigeben</translation>
    </message>
    <message>
        <source>Cancel</source>
        <translation>Abbrechen</translation>
    </message>
    <message>
        <source>Delete…</source>
        <translation>Löschen …</translation>
    </message>
    <message>
        <source>Unmark all</source>
        <translation>Alle Markierungen aufheben</translation>
    </message>
    <message>
        <source>Delete the object that is marked?</source>
        <translation>Das markierte Objekt löschen?</translation>
    </message>
    <message>
        <source>Delete the %1 objects that are marked?</source>
        <translation>Die %1 markierten Objekte löschen?</translation>
    </message>
    <message>
        <source>1 marked</source>
        <translation>1 markiert</translation>
    </message>
    <message>
        <source>%1 marked</source>
        <translation>%1 markiert</translation>
    </message>
    <message>
        <source>Delete %1</source>
        <translation>%1 löschen</translation>
    </message>
</context>
<context>
    <name>wheelhouse::ui::NextActionsModel</name>
    <message>
        <source>at work</source>
        <translation>bei der Arbeit</translation>
    </message>
    <message>
        <source>waits for its turn</source>
        <translation>wartet, bis er dran ist</translation>
    </message>
    <message>
        <source>waits for its time</source>
        <translation>wartet auf seine Zeit</translation>
    </message>
    <message>
        <source>fits nowhere; tried again when something changes</source>
        <translation>passt nirgends; wird bei einer Änderung neu versucht</translation>
    </message>
    <message>
        <source>is being bound to its node</source>
        <translation>wird an seinen Knoten gebunden</translation>
    </message>
    <message>
        <source>failed once</source>
        <translation>einmal fehlgeschlagen</translation>
    </message>
    <message>
        <source>failed %1 times</source>
        <translation>%1-mal fehlgeschlagen</translation>
    </message>
    <message>
        <source>%1: %2</source>
        <translation>%1: %2</translation>
    </message>
    <message>
        <source>now</source>
        <translation>jetzt</translation>
    </message>
    <message>
        <source>in %1 s</source>
        <translation>in %1 s</translation>
    </message>
    <message>
        <source>in %1:%2</source>
        <translation>in %1:%2</translation>
    </message>
    <message>
        <source>in %1 h %2 min</source>
        <translation>in %1 h %2 min</translation>
    </message>
    <message>
        <source>When</source>
        <translation>Wann</translation>
    </message>
    <message>
        <source>Who</source>
        <translation>Wer</translation>
    </message>
    <message>
        <source>What</source>
        <translation>Was</translation>
    </message>
    <message>
        <source>Why</source>
        <translation>Warum</translation>
    </message>
</context>
<context>
    <name>wheelhouse::ui::NextView</name>
    <message>
        <source>Machines stand still too</source>
        <translation>Maschinen stehen auch still</translation>
    </message>
    <message>
        <source>Let it act</source>
        <translation>Handeln lassen</translation>
    </message>
    <message>
        <source>Next step</source>
        <translation>Nächster Schritt</translation>
    </message>
    <message>
        <source>Who acts next</source>
        <translation>Wer als Nächstes handelt</translation>
    </message>
    <message>
        <source>This cluster does not tell what its controllers wait for.</source>
        <translation>Dieser Cluster sagt nicht, worauf seine Controller warten.</translation>
    </message>
    <message>
        <source>What controllers and the scheduler wait for, soonest first. Stop the time to go step by step.</source>
        <translation>Worauf Controller und Scheduler warten, das Nächste zuerst. Halte die Zeit an, um Schritt für Schritt zu gehen.</translation>
    </message>
    <message>
        <source>Time stands still. Nothing acts until you take a step or let it go on.</source>
        <translation>Die Zeit steht still. Nichts handelt, bis du einen Schritt machst oder sie weiterlaufen lässt.</translation>
    </message>
    <message>
        <source>Time stands still. The last step: %1.</source>
        <translation>Die Zeit steht still. Der letzte Schritt: %1.</translation>
    </message>
    <message>
        <source>Choose who acts</source>
        <translation>Wähle, wer handelt</translation>
    </message>
    <message>
        <source>Only %1 takes the step, others wait</source>
        <translation>Nur %1 macht den Schritt, andere warten</translation>
    </message>
</context>
<context>
    <name>wheelhouse::ui::NodeBin</name>
    <message>
        <source>Bin</source>
        <translation>Papierkorb</translation>
    </message>
    <message>
        <source>Drag a node here to drain and remove it, or a pod to evict it</source>
        <translation>Zieh einen Knoten hierher, um ihn zu leeren und zu entfernen, oder einen Pod, um ihn zu verdrängen</translation>
    </message>
    <message>
        <source>drain and remove</source>
        <translation>leeren und entfernen</translation>
    </message>
</context>
<context>
    <name>wheelhouse::ui::NodeForm</name>
    <message>
        <source>Virtual machine</source>
        <translation>Virtuelle Maschine</translation>
    </message>
    <message>
        <source>Simulated</source>
        <translation>Simuliert</translation>
    </message>
    <message>
        <source>How many</source>
        <translation>Wie viele</translation>
    </message>
    <message>
        <source>Processors each</source>
        <translation>Prozessoren je Knoten</translation>
    </message>
    <message>
        <source>Memory each</source>
        <translation>Speicher je Knoten</translation>
    </message>
    <message>
        <source>Zone</source>
        <translation>Zone</translation>
    </message>
    <message>
        <source>none; several, with commas, are taken in turn</source>
        <translation>keine; mehrere, mit Kommas, reihum</translation>
    </message>
    <message>
        <source>Add %1 nodes</source>
        <translation>%1 Knoten hinzufügen</translation>
    </message>
    <message>
        <source>Add simulated node</source>
        <translation>Simulierten Knoten hinzufügen</translation>
    </message>
    <message>
        <source>Add VM node</source>
        <translation>VM-Knoten hinzufügen</translation>
    </message>
    <message>
        <source>The same node agent on a runtime that only pretends: starts at once, costs almost nothing. Pods must ask for it.</source>
        <translation>Derselbe Knotenagent auf einer Laufzeit, die nur so tut: startet sofort, kostet fast nichts. Pods müssen es verlangen.</translation>
    </message>
    <message>
        <source>A Linux machine of its own with containerd. Takes a few seconds to come up.</source>
        <translation>Eine eigene Linux-Maschine mit containerd. Braucht ein paar Sekunden zum Hochfahren.</translation>
    </message>
</context>
<context>
    <name>wheelhouse::ui::NodeProgress</name>
    <message>
        <source>came up in %1</source>
        <translation>hochgefahren in %1</translation>
    </message>
    <message>
        <source>Node</source>
        <translation>Knoten</translation>
    </message>
    <message>
        <source>Kind</source>
        <translation>Art</translation>
    </message>
    <message>
        <source>State</source>
        <translation>Zustand</translation>
    </message>
    <message>
        <source>Last step</source>
        <translation>Letzter Schritt</translation>
    </message>
</context>
<context>
    <name>wheelhouse::ui::ObjectTable</name>
    <message>
        <source>Namespace</source>
        <translation>Namespace</translation>
    </message>
</context>
<context>
    <name>wheelhouse::ui::ObjectsView</name>
    <message>
        <source>Workloads</source>
        <translation>Workloads</translation>
    </message>
    <message>
        <source>Network</source>
        <translation>Netz</translation>
    </message>
    <message>
        <source>Configuration</source>
        <translation>Konfiguration</translation>
    </message>
    <message>
        <source>Cluster</source>
        <translation>Cluster</translation>
    </message>
    <message>
        <source>Lab</source>
        <translation>Labor</translation>
    </message>
    <message>
        <source>Kinds</source>
        <translation>Arten</translation>
    </message>
    <message>
        <source>Objects</source>
        <translation>Objekte</translation>
    </message>
    <message>
        <source>Filter: text, !not, -l app=web</source>
        <translation>Filter: Text, !nicht, -l app=web</translation>
    </message>
    <message>
        <source>Filter rows</source>
        <translation>Zeilen filtern</translation>
    </message>
    <message>
        <source>Wide</source>
        <translation>Breit</translation>
    </message>
    <message>
        <source>All of the server&apos;s columns</source>
        <translation>Alle Spalten des Servers</translation>
    </message>
    <message>
        <source>Deploy a manifest</source>
        <translation>Ein Manifest anwenden</translation>
    </message>
    <message>
        <source>Other</source>
        <translation>Andere</translation>
    </message>
    <message>
        <source>%1 of %2</source>
        <translation>%1 von %2</translation>
    </message>
    <message>
        <source>Not connected yet</source>
        <translation>Noch nicht verbunden</translation>
    </message>
    <message>
        <source>What this cluster holds is listed here as soon as it answers.</source>
        <translation>Was dieser Cluster enthält, steht hier, sobald er antwortet.</translation>
    </message>
    <message>
        <source>Loading…</source>
        <translation>Lädt …</translation>
    </message>
    <message>
        <source>Could not list %1</source>
        <translation>%1 ließ sich nicht auflisten</translation>
    </message>
    <message>
        <source>%1
It is tried again by itself.</source>
        <translation>%1
Es wird von selbst wieder versucht.</translation>
    </message>
    <message>
        <source>Nothing matches</source>
        <translation>Nichts passt</translation>
    </message>
    <message>
        <source>No row holds “%1”. Clear the filter to see all %2.</source>
        <translation>Keine Zeile enthält „%1“. Leere den Filter, um alle %2 zu sehen.</translation>
    </message>
    <message>
        <source>No %1 yet</source>
        <translation>Noch kein %1</translation>
    </message>
    <message>
        <source>No %1 in %2</source>
        <translation>Kein %1 in %2</translation>
    </message>
    <message>
        <source>Objects are made from manifests. Apply one here, or with kubectl, and it appears at once.</source>
        <translation>Objekte entstehen aus Manifesten. Wende eines hier oder mit kubectl an, und es erscheint sofort.</translation>
    </message>
    <message>
        <source>Columns</source>
        <translation>Spalten</translation>
    </message>
    <message>
        <source>Which columns are seen, and columns of your own</source>
        <translation>Welche Spalten zu sehen sind, und eigene Spalten</translation>
    </message>
    <message>
        <source>A column of your own needs the schema of %1, which this program has not got.</source>
        <translation>Eine eigene Spalte braucht das Schema von %1, das dieses Programm nicht hat.</translation>
    </message>
</context>
<context>
    <name>wheelhouse::ui::PaletteBar</name>
    <message>
        <source>Your YAML</source>
        <translation>Dein YAML</translation>
    </message>
    <message>
        <source>Build</source>
        <translation>Bauen</translation>
    </message>
    <message>
        <source>Break</source>
        <translation>Stören</translation>
    </message>
    <message>
        <source>a file or a Helm chart</source>
        <translation>Datei oder Helm-Chart</translation>
    </message>
</context>
<context>
    <name>wheelhouse::ui::PaletteItem</name>
    <message>
        <source>Drag it onto a zone or a node, or press it</source>
        <translation>Zieh es auf eine Zone oder einen Knoten, oder drück darauf</translation>
    </message>
</context>
<context>
    <name>wheelhouse::ui::PanelFoot</name>
    <message>
        <source>Open in the editor</source>
        <translation>Im Editor öffnen</translation>
    </message>
    <message>
        <source>Cancel</source>
        <translation>Abbrechen</translation>
    </message>
</context>
<context>
    <name>wheelhouse::ui::PlaceField</name>
    <message>
        <source>Nodes</source>
        <translation>Knoten</translation>
    </message>
    <message>
        <source>Zone</source>
        <translation>Zone</translation>
    </message>
    <message>
        <source>All</source>
        <translation>Alle</translation>
    </message>
    <message>
        <source>Control plane</source>
        <translation>Control Plane</translation>
    </message>
    <message>
        <source>names, with commas between them</source>
        <translation>Namen, mit Kommas dazwischen</translation>
    </message>
    <message>
        <source>the zone&apos;s name</source>
        <translation>Name der Zone</translation>
    </message>
</context>
<context>
    <name>wheelhouse::ui::PortForwards</name>
    <message>
        <source>more than %1 connections at once</source>
        <translation>mehr als %1 Verbindungen gleichzeitig</translation>
    </message>
    <message>
        <source>the service chooses no pods</source>
        <translation>der Service wählt keine Pods aus</translation>
    </message>
    <message>
        <source>no pod of the service is ready</source>
        <translation>kein Pod des Services ist bereit</translation>
    </message>
    <message>
        <source>the pod has no such port</source>
        <translation>der Pod hat keinen solchen Port</translation>
    </message>
    <message>
        <source>listening</source>
        <translation>lauscht</translation>
    </message>
    <message>
        <source>Target</source>
        <translation>Ziel</translation>
    </message>
    <message>
        <source>Namespace</source>
        <translation>Namespace</translation>
    </message>
    <message>
        <source>Here</source>
        <translation>Hier</translation>
    </message>
    <message>
        <source>Port</source>
        <translation>Port</translation>
    </message>
    <message>
        <source>State</source>
        <translation>Zustand</translation>
    </message>
    <message>
        <source>Connections</source>
        <translation>Verbindungen</translation>
    </message>
    <message>
        <source>Traffic</source>
        <translation>Verkehr</translation>
    </message>
</context>
<context>
    <name>wheelhouse::ui::RoomBars</name>
    <message>
        <source>Room on this computer</source>
        <translation>Platz auf diesem Rechner</translation>
    </message>
    <message>
        <source>Memory</source>
        <translation>Speicher</translation>
    </message>
    <message>
        <source>%1 of %2</source>
        <translation>%1 von %2</translation>
    </message>
    <message>
        <source>Processors</source>
        <translation>Prozessoren</translation>
    </message>
</context>
<context>
    <name>wheelhouse::ui::ScalingChart</name>
    <message>
        <source>replicas</source>
        <translation>Replikate</translation>
    </message>
    <message>
        <source>measured ÷ wanted</source>
        <translation>gemessen ÷ gewünscht</translation>
    </message>
    <message>
        <source>metric</source>
        <translation>Metrik</translation>
    </message>
    <message>
        <source>target</source>
        <translation>Ziel</translation>
    </message>
    <message>
        <source>metric asks for</source>
        <translation>Metrik verlangt</translation>
    </message>
    <message>
        <source>stabilised</source>
        <translation>stabilisiert</translation>
    </message>
    <message>
        <source>decided</source>
        <translation>entschieden</translation>
    </message>
    <message>
        <source>Trace of the autoscaler</source>
        <translation>Verlauf des Autoscalers</translation>
    </message>
</context>
<context>
    <name>wheelhouse::ui::ScalingModel</name>
    <message>
        <source>%1: %2 of %3</source>
        <translation>%1: %2 von %3</translation>
    </message>
    <message>
        <source>%1: %2</source>
        <translation>%1: %2</translation>
    </message>
    <message>
        <source>failed</source>
        <translation>fehlgeschlagen</translation>
    </message>
    <message>
        <source>switched off</source>
        <translation>ausgeschaltet</translation>
    </message>
    <message>
        <source>stays at %1</source>
        <translation>bleibt bei %1</translation>
    </message>
    <message>
        <source>%1 → %2</source>
        <translation>%1 → %2</translation>
    </message>
    <message>
        <source>Time</source>
        <translation>Zeit</translation>
    </message>
    <message>
        <source>Outcome</source>
        <translation>Ergebnis</translation>
    </message>
    <message>
        <source>Metric</source>
        <translation>Metrik</translation>
    </message>
    <message>
        <source>Why</source>
        <translation>Warum</translation>
    </message>
</context>
<context>
    <name>wheelhouse::ui::ScalingPage</name>
    <message>
        <source>Autoscaling</source>
        <translation>Automatische Skalierung</translation>
    </message>
    <message>
        <source>Pods</source>
        <translation>Pods</translation>
    </message>
    <message>
        <source>Pod autoscalers</source>
        <translation>Pod-Autoscaler</translation>
    </message>
    <message>
        <source>Pools of nodes</source>
        <translation>Knotenpools</translation>
    </message>
    <message>
        <source>Machines in the pool</source>
        <translation>Maschinen im Pool</translation>
    </message>
    <message>
        <source>Decisions of the autoscaler</source>
        <translation>Entscheidungen des Autoscalers</translation>
    </message>
    <message>
        <source>Machines in %1</source>
        <translation>Maschinen in %1</translation>
    </message>
    <message>
        <source>Nothing scales by itself yet</source>
        <translation>Noch skaliert nichts von selbst</translation>
    </message>
    <message>
        <source>A HorizontalPodAutoscaler changes the number of pods with their load. Apply one, and each of its decisions is drawn here with its reasons.</source>
        <translation>Ein HorizontalPodAutoscaler ändert die Zahl der Pods mit ihrer Last. Wende einen an, und jede seiner Entscheidungen wird hier mit ihren Gründen gezeichnet.</translation>
    </message>
    <message>
        <source>No reasons here</source>
        <translation>Hier gibt es keine Gründe</translation>
    </message>
    <message>
        <source>Only the autoscaler of a Wheelhouse lab tells why.</source>
        <translation>Nur der Autoscaler eines Wheelhouse-Labors sagt, warum.</translation>
    </message>
    <message>
        <source>Choose an autoscaler</source>
        <translation>Wähle einen Autoscaler</translation>
    </message>
    <message>
        <source>Its metric, what it asks for and what became of that are drawn as one chart.</source>
        <translation>Seine Metrik, was sie verlangt und was daraus wurde, erscheint als ein Diagramm.</translation>
    </message>
    <message>
        <source>No decision yet</source>
        <translation>Noch keine Entscheidung</translation>
    </message>
    <message>
        <source>An autoscaler decides every 15 seconds.</source>
        <translation>Ein Autoscaler entscheidet alle 15 Sekunden.</translation>
    </message>
</context>
<context>
    <name>wheelhouse::ui::SchemaBook</name>
    <message>
        <source>list of %1</source>
        <translation>Liste von %1</translation>
    </message>
    <message>
        <source>map of %1</source>
        <translation>Zuordnung zu %1</translation>
    </message>
</context>
<context>
    <name>wheelhouse::ui::StartPage</name>
    <message>
        <source>Start</source>
        <translation>Start</translation>
    </message>
    <message>
        <source>The control plane runs already. What it needs now is nodes: real ones, or some that pretend.</source>
        <translation>Die Steuerungsebene läuft schon. Was sie jetzt braucht, sind Knoten: echte, oder solche, die nur so tun.</translation>
    </message>
    <message>
        <source>Not now</source>
        <translation>Nicht jetzt</translation>
    </message>
    <message>
        <source>Only a Wheelhouse lab can make nodes: this cluster does not serve Machines.</source>
        <translation>Nur ein Wheelhouse-Lab kann Knoten anlegen: dieser Cluster kennt keine Machines.</translation>
    </message>
    <message>
        <source>This computer</source>
        <translation>Dieser Rechner</translation>
    </message>
    <message>
        <source>Look again</source>
        <translation>Noch einmal prüfen</translation>
    </message>
    <message>
        <source>Make the sample lab</source>
        <translation>Beispiel-Lab anlegen</translation>
    </message>
    <message>
        <source>Sample lab</source>
        <translation>Beispiel-Lab</translation>
    </message>
    <message>
        <source>Six simulated nodes over three zones, and a shop with a database on them: something to look at, and to break.</source>
        <translation>Sechs simulierte Knoten in drei Zonen und darauf ein Shop mit Datenbank: etwas zum Ansehen und zum Kaputtmachen.</translation>
    </message>
    <message>
        <source>Use simulated nodes</source>
        <translation>Simulierte Knoten nehmen</translation>
    </message>
    <message>
        <source>Simulated nodes</source>
        <translation>Simulierte Knoten</translation>
    </message>
    <message>
        <source>Three nodes that only pretend. They need nothing of this computer and are up at once. Where it can have machines, pods have to tolerate them, as those of the palette do.</source>
        <translation>Drei Knoten, die nur so tun. Sie brauchen nichts von diesem Rechner und sind sofort da. Wo er Maschinen haben kann, müssen Pods sie tolerieren, wie es die der Palette tun.</translation>
    </message>
    <message>
        <source>Nodes of your own</source>
        <translation>Eigene Knoten</translation>
    </message>
    <message>
        <source>Open the map</source>
        <translation>Karte öffnen</translation>
    </message>
    <message>
        <source>Nodes on their way</source>
        <translation>Knoten im Aufbau</translation>
    </message>
    <message>
        <source>Looking at what this computer can do…</source>
        <translation>Es wird geprüft, was dieser Rechner kann …</translation>
    </message>
    <message>
        <source>The lab runs on another computer: what that can do is not known here.</source>
        <translation>Das Lab läuft auf einem anderen Rechner: was der kann, ist hier nicht bekannt.</translation>
    </message>
    <message>
        <source>%1 of %2 nodes are ready</source>
        <translation>%1 von %2 Knoten sind bereit</translation>
    </message>
    <message>
        <source>, %1 in trouble</source>
        <translation>, %1 in Schwierigkeiten</translation>
    </message>
</context>
<context>
    <name>wheelhouse::ui::Stepper</name>
    <message>
        <source>Less</source>
        <translation>Weniger</translation>
    </message>
    <message>
        <source>More</source>
        <translation>Mehr</translation>
    </message>
</context>
<context>
    <name>wheelhouse::ui::TerminalScreen</name>
    <message>
        <source>Terminal</source>
        <translation>Terminal</translation>
    </message>
    <message>
        <source>Every key goes to the program. Ctrl+Tab leaves.</source>
        <translation>Jede Taste geht an das Programm. Strg+Tab verlässt es.</translation>
    </message>
    <message>
        <source>Copy (Ctrl+Shift+C)</source>
        <translation>Kopieren (Strg+Umschalt+C)</translation>
    </message>
    <message>
        <source>Paste (Ctrl+Shift+V)</source>
        <translation>Einfügen (Strg+Umschalt+V)</translation>
    </message>
    <message>
        <source>Select all (Ctrl+Shift+A)</source>
        <translation>Alles auswählen (Strg+Umschalt+A)</translation>
    </message>
</context>
<context>
    <name>wheelhouse::ui::TerminalView</name>
    <message>
        <source>No terminal open</source>
        <translation>Kein Terminal offen</translation>
    </message>
    <message>
        <source>Select a pod and press s, or Shell in its details, to work inside a container.</source>
        <translation>Wähle einen Pod und drücke s, oder Shell in seinen Details, um in einem Container zu arbeiten.</translation>
    </message>
    <message>
        <source>Terminals</source>
        <translation>Terminals</translation>
    </message>
    <message>
        <source>Container</source>
        <translation>Container</translation>
    </message>
    <message>
        <source>Program to run</source>
        <translation>Programm</translation>
    </message>
    <message>
        <source>The program that is run, with its arguments</source>
        <translation>Das Programm, das läuft, mit seinen Argumenten</translation>
    </message>
    <message>
        <source>Run again</source>
        <translation>Noch einmal</translation>
    </message>
    <message>
        <source>connecting…</source>
        <translation>verbindet …</translation>
    </message>
    <message>
        <source>running</source>
        <translation>läuft</translation>
    </message>
    <message>
        <source>ended with exit code %1</source>
        <translation>beendet mit Exit-Code %1</translation>
    </message>
    <message>
        <source>Start over</source>
        <translation>Neu beginnen</translation>
    </message>
    <message>
        <source>Close the terminal</source>
        <translation>Terminal schließen</translation>
    </message>
    <message>
        <source>Close the terminal; its program ends</source>
        <translation>Terminal schließen; sein Programm endet</translation>
    </message>
</context>
<context>
    <name>wheelhouse::ui::TimelineView</name>
    <message>
        <source>Timeline</source>
        <translation>Zeitleiste</translation>
    </message>
    <message>
        <source>The past, at %1, revision %2</source>
        <translation>Die Vergangenheit, um %1, Revision %2</translation>
    </message>
    <message>
        <source>The present</source>
        <translation>Die Gegenwart</translation>
    </message>
    <message>
        <source>%1 · revision %2</source>
        <translation>%1 · Revision %2</translation>
    </message>
    <message>
        <source>The tape begins with the first thing that happens.</source>
        <translation>Das Band beginnt mit dem Ersten, was geschieht.</translation>
    </message>
    <message>
        <source>live</source>
        <translation>live</translation>
    </message>
</context>
<context>
    <name>wheelhouse::ui::TopBar</name>
    <message>
        <source>all namespaces</source>
        <translation>alle Namespaces</translation>
    </message>
    <message>
        <source>Namespace shown</source>
        <translation>Gezeigter Namespace</translation>
    </message>
    <message>
        <source>Show the nodes</source>
        <translation>Die Knoten zeigen</translation>
    </message>
    <message>
        <source>Show the pods</source>
        <translation>Die Pods zeigen</translation>
    </message>
    <message>
        <source>Pods that wait for a node or are starting</source>
        <translation>Pods, die auf einen Knoten warten oder starten</translation>
    </message>
    <message>
        <source>Show only trouble</source>
        <translation>Nur Probleme zeigen</translation>
    </message>
    <message>
        <source>Deploy</source>
        <translation>Deployen</translation>
    </message>
    <message>
        <source>Apply a manifest</source>
        <translation>Ein Manifest anwenden</translation>
    </message>
    <message>
        <source>connecting</source>
        <translation>verbindet</translation>
    </message>
    <message>
        <source>live</source>
        <translation>live</translation>
    </message>
    <message>
        <source>past</source>
        <translation>Vergangenheit</translation>
    </message>
    <message>
        <source>no answer</source>
        <translation>keine Antwort</translation>
    </message>
    <message>
        <source>1 node</source>
        <translation>1 Knoten</translation>
    </message>
    <message>
        <source>%1 nodes</source>
        <translation>%1 Knoten</translation>
    </message>
    <message>
        <source>, %1 down</source>
        <translation>, %1 aus</translation>
    </message>
    <message>
        <source>1 pod</source>
        <translation>1 Pod</translation>
    </message>
    <message>
        <source>%1 pods</source>
        <translation>%1 Pods</translation>
    </message>
    <message>
        <source>%1 pending</source>
        <translation>%1 ausstehend</translation>
    </message>
    <message>
        <source>%1 failing</source>
        <translation>%1 fehlerhaft</translation>
    </message>
    <message>
        <source>Search or run</source>
        <translation>Suchen oder ausführen</translation>
    </message>
    <message>
        <source>Go anywhere, do anything</source>
        <translation>Überallhin, alles tun</translation>
    </message>
    <message>
        <source>How it looks, and keys</source>
        <translation>Aussehen und Tasten</translation>
    </message>
</context>
<context>
    <name>wheelhouse::ui::UsageChart</name>
    <message>
        <source>used</source>
        <translation>genutzt</translation>
    </message>
    <message>
        <source>asked for</source>
        <translation>verlangt</translation>
    </message>
    <message>
        <source>at most</source>
        <translation>höchstens</translation>
    </message>
    <message>
        <source>Processors over time</source>
        <translation>Prozessoren im Zeitverlauf</translation>
    </message>
    <message>
        <source>Memory over time</source>
        <translation>Speicher im Zeitverlauf</translation>
    </message>
</context>
<context>
    <name>wheelhouse::ui::UsageModel</name>
    <message>
        <source>Nothing has been measured yet. The first figures come within half a minute, where the cluster has metrics.k8s.io.</source>
        <translation>Noch ist nichts gemessen. Die ersten Zahlen kommen binnen einer halben Minute, wo der Cluster metrics.k8s.io hat.</translation>
    </message>
</context>
<context>
    <name>wheelhouse::ui::UsagePage</name>
    <message>
        <source>Nothing measured yet</source>
        <translation>Noch nichts gemessen</translation>
    </message>
    <message>
        <source>The cluster is asked what it uses.</source>
        <translation>Der Cluster wird nach dem Verbrauch gefragt.</translation>
    </message>
    <message>
        <source>%1: %2 of %3 (%4 %)</source>
        <translation>%1: %2 von %3 (%4 %)</translation>
    </message>
    <message>
        <source>%1: %2</source>
        <translation>%1: %2</translation>
    </message>
    <message>
        <source>%1, %2 asked for</source>
        <translation>%1, verlangt: %2</translation>
    </message>
    <message>
        <source>Processors</source>
        <translation>Prozessoren</translation>
    </message>
    <message>
        <source>Memory</source>
        <translation>Speicher</translation>
    </message>
</context>
<context>
    <name>wheelhouse::ui::VerdictMatrix</name>
    <message>
        <source>Nodes and what each plug-in said of them</source>
        <translation>Knoten, und was jedes Plug-in von ihnen sagte</translation>
    </message>
</context>
<context>
    <name>wheelhouse::ui::VerdictModel</name>
    <message>
        <source>%1 µs</source>
        <translation>%1 µs</translation>
    </message>
    <message>
        <source>%1 ms</source>
        <translation>%1 ms</translation>
    </message>
    <message>
        <source>cordon</source>
        <translation>Sperre</translation>
    </message>
    <message>
        <source>name</source>
        <translation>Name</translation>
    </message>
    <message>
        <source>taint</source>
        <translation>Taint</translation>
    </message>
    <message>
        <source>affinity</source>
        <translation>Affinität</translation>
    </message>
    <message>
        <source>ports</source>
        <translation>Ports</translation>
    </message>
    <message>
        <source>fit</source>
        <translation>Platz</translation>
    </message>
    <message>
        <source>disks</source>
        <translation>Platten</translation>
    </message>
    <message>
        <source>limits</source>
        <translation>Grenzen</translation>
    </message>
    <message>
        <source>volumes</source>
        <translation>Volumes</translation>
    </message>
    <message>
        <source>zone</source>
        <translation>Zone</translation>
    </message>
    <message>
        <source>spread</source>
        <translation>Streuung</translation>
    </message>
    <message>
        <source>pods</source>
        <translation>Pods</translation>
    </message>
    <message>
        <source>balance</source>
        <translation>Balance</translation>
    </message>
    <message>
        <source>image</source>
        <translation>Image</translation>
    </message>
    <message>
        <source>devices</source>
        <translation>Geräte</translation>
    </message>
    <message>
        <source>%1 more that fit</source>
        <translation>%1 weitere, die passen</translation>
    </message>
    <message>
        <source>%1 more refused</source>
        <translation>%1 weitere abgelehnt</translation>
    </message>
    <message>
        <source>Sum of the weighted scores</source>
        <translation>Summe der gewichteten Punkte</translation>
    </message>
    <message>
        <source>%1 has nothing against %2</source>
        <translation>%1 hat nichts gegen %2</translation>
    </message>
    <message>
        <source>%1 refuses %2: %3</source>
        <translation>%1 lehnt %2 ab: %3</translation>
    </message>
    <message>
        <source>%1: counted %2, that is %3 of 100, times weight %4 = %5</source>
        <translation>%1: zählte %2, das sind %3 von 100, mal Gewicht %4 = %5</translation>
    </message>
    <message>
        <source>Only the best nodes are written down</source>
        <translation>Nur die besten Knoten sind aufgezeichnet</translation>
    </message>
    <message>
        <source>Not asked: another one had refused %1</source>
        <translation>Nicht gefragt: ein anderes hatte %1 abgelehnt</translation>
    </message>
    <message>
        <source>node</source>
        <translation>Knoten</translation>
    </message>
    <message>
        <source>score</source>
        <translation>Punkte</translation>
    </message>
    <message>
        <source>weight %1</source>
        <translation>Gewicht %1</translation>
    </message>
    <message>
        <source>filtering took %1</source>
        <translation>Filtern dauerte %1</translation>
    </message>
    <message>
        <source>scoring took %1</source>
        <translation>Bewerten dauerte %1</translation>
    </message>
    <message>
        <source>%1 nodes have the same score of %2: the lot decided.</source>
        <translation>%1 Knoten haben dieselbe Punktzahl %2: das Los entschied.</translation>
    </message>
    <message>
        <source>%1 against %2 of %3: %4.</source>
        <translation>%1 gegen %2 von %3: %4.</translation>
    </message>
    <message>
        <source>It is the only node that fits.</source>
        <translation>Es ist der einzige Knoten, der passt.</translation>
    </message>
    <message>
        <source>There is no node.</source>
        <translation>Es gibt keinen Knoten.</translation>
    </message>
    <message>
        <source>%1 is out: %2.</source>
        <translation>%1 scheidet aus: %2.</translation>
    </message>
    <message>
        <source>%1 nodes are out: %2.</source>
        <translation>%1 Knoten scheiden aus: %2.</translation>
    </message>
    <message>
        <source>%1 is being cleared for it.</source>
        <translation>%1 wird dafür geräumt.</translation>
    </message>
    <message>
        <source>No node can be cleared: %1</source>
        <translation>Kein Knoten lässt sich räumen: %1</translation>
    </message>
    <message>
        <source>%1 would have to lose %2</source>
        <translation>%1 müsste %2 verlieren</translation>
    </message>
    <message>
        <source> (against %1 disruption budgets)</source>
        <translation> (gegen %1 Disruption Budgets)</translation>
    </message>
</context>
<context>
    <name>wheelhouse::ui::VerdictPane</name>
    <message>
        <source>Attempt before</source>
        <translation>Voriger Versuch</translation>
    </message>
    <message>
        <source>Attempt after</source>
        <translation>Nächster Versuch</translation>
    </message>
    <message>
        <source>all plug-ins</source>
        <translation>alle Plug-ins</translation>
    </message>
    <message>
        <source>Ask now</source>
        <translation>Jetzt fragen</translation>
    </message>
    <message>
        <source>Ask the scheduler where the pod would go now</source>
        <translation>Den Scheduler fragen, wohin der Pod jetzt käme</translation>
    </message>
    <message>
        <source>What if</source>
        <translation>Was wäre, wenn</translation>
    </message>
    <message>
        <source>What to change</source>
        <translation>Was zu ändern ist</translation>
    </message>
    <message>
        <source>The change</source>
        <translation>Die Änderung</translation>
    </message>
    <message>
        <source>Try</source>
        <translation>Probieren</translation>
    </message>
    <message>
        <source>No attempt is known</source>
        <translation>Kein Versuch ist bekannt</translation>
    </message>
    <message>
        <source>This cluster&apos;s scheduler does not tell its reasons; that of a Wheelhouse lab does.</source>
        <translation>Der Scheduler dieses Clusters nennt seine Gründe nicht; der eines Wheelhouse-Labors tut es.</translation>
    </message>
    <message>
        <source>The scheduler has not looked at this pod since it was started. Ask it where the pod would go now.</source>
        <translation>Der Scheduler hat diesen Pod seit seinem Start nicht angesehen. Frag ihn, wohin der Pod jetzt käme.</translation>
    </message>
    <message>
        <source>What if, now</source>
        <translation>Was wäre, wenn, jetzt</translation>
    </message>
    <message>
        <source>Attempt %1 of %2</source>
        <translation>Versuch %1 von %2</translation>
    </message>
    <message>
        <source>%1 of %2 nodes fit</source>
        <translation>%1 von %2 Knoten passen</translation>
    </message>
    <message>
        <source>%1 plug-ins had nothing to say</source>
        <translation>%1 Plug-ins hatten nichts zu sagen</translation>
    </message>
    <message>
        <source>It would fit nowhere.</source>
        <translation>Er passte nirgends.</translation>
    </message>
    <message>
        <source>It fitted nowhere.</source>
        <translation>Er passte nirgends hin.</translation>
    </message>
    <message>
        <source>It would go to %1.</source>
        <translation>Er käme auf %1.</translation>
    </message>
    <message>
        <source>It went to %1.</source>
        <translation>Er kam auf %1.</translation>
    </message>
    <message>
        <source>Click to try it or not; right click to forget it</source>
        <translation>Klicken, um es zu probieren oder nicht; Rechtsklick, um es zu vergessen</translation>
    </message>
    <message>
        <source>The scheduler gave no answer.</source>
        <translation>Der Scheduler gab keine Antwort.</translation>
    </message>
</context>
<context>
    <name>wheelhouse::ui::VerdictsPage</name>
    <message>
        <source>to %1</source>
        <translation>auf %1</translation>
    </message>
    <message>
        <source>fits nowhere</source>
        <translation>passt nirgends</translation>
    </message>
    <message>
        <source>%1, attempt %2</source>
        <translation>%1, Versuch %2</translation>
    </message>
    <message>
        <source>%1 fit</source>
        <translation>%1 passen</translation>
    </message>
    <message>
        <source>Verdicts</source>
        <translation>Urteile</translation>
    </message>
    <message>
        <source>Filter: text, !not, -l app=web</source>
        <translation>Filter: Text, !nicht, -l app=web</translation>
    </message>
    <message>
        <source>Filter pods</source>
        <translation>Pods filtern</translation>
    </message>
    <message>
        <source>Pods the scheduler has looked at</source>
        <translation>Pods, die der Scheduler angesehen hat</translation>
    </message>
    <message>
        <source>Connecting…</source>
        <translation>Verbindet …</translation>
    </message>
    <message>
        <source>No reasons here</source>
        <translation>Hier gibt es keine Gründe</translation>
    </message>
    <message>
        <source>Only the scheduler of a Wheelhouse lab tells why.</source>
        <translation>Nur der Scheduler eines Wheelhouse-Labors sagt, warum.</translation>
    </message>
    <message>
        <source>Nothing matches</source>
        <translation>Nichts passt</translation>
    </message>
    <message>
        <source>Not to be had</source>
        <translation>Nicht zu haben</translation>
    </message>
    <message>
        <source>No verdicts yet</source>
        <translation>Noch keine Urteile</translation>
    </message>
    <message>
        <source>Deploy something: each pod the scheduler looks at appears here, with what every plug-in said of every node.</source>
        <translation>Deploye etwas: Jeder Pod, den der Scheduler ansieht, erscheint hier, mit dem, was jedes Plug-in von jedem Knoten sagte.</translation>
    </message>
</context>
<context>
    <name>wheelhouse::ui::YamlAssistant</name>
    <message>
        <source>%1, required</source>
        <translation>%1, nötig</translation>
    </message>
    <message>
        <source>(required)</source>
        <translation>(nötig)</translation>
    </message>
    <message>
        <source>One of: %1</source>
        <translation>Eines von: %1</translation>
    </message>
    <message>
        <source>%1 has no kind %2</source>
        <translation>%1 hat keine Art %2</translation>
    </message>
    <message>
        <source>no field %1 here</source>
        <translation>hier gibt es kein Feld %1</translation>
    </message>
    <message>
        <source>%1 is not one of %2</source>
        <translation>%1 ist keines von %2</translation>
    </message>
    <message>
        <source>%1 takes a whole number</source>
        <translation>%1 verlangt eine ganze Zahl</translation>
    </message>
</context>
<context>
    <name>wheelhouse::ui::YamlPane</name>
    <message>
        <source>Manifest</source>
        <translation>Manifest</translation>
    </message>
    <message>
        <source>Paste a manifest here, drop a file, or begin with an example.
Several documents are separated by ---</source>
        <translation>Füge hier ein Manifest ein, zieh eine Datei hierher oder beginne mit einem Beispiel.
Mehrere Dokumente werden durch --- getrennt</translation>
    </message>
    <message>
        <source>Open…</source>
        <translation>Öffnen …</translation>
    </message>
    <message>
        <source>Example</source>
        <translation>Beispiel</translation>
    </message>
    <message>
        <source>Dry run</source>
        <translation>Probelauf</translation>
    </message>
    <message>
        <source>Ask the server what would happen; nothing is changed</source>
        <translation>Den Server fragen, was geschähe; nichts wird geändert</translation>
    </message>
    <message>
        <source>Apply</source>
        <translation>Anwenden</translation>
    </message>
    <message>
        <source>Applying…</source>
        <translation>Wendet an …</translation>
    </message>
    <message>
        <source>Documents that name no namespace go to &lt;b&gt;%1&lt;/b&gt;. What becomes of each is shown here.</source>
        <translation>Dokumente ohne Namespace kommen nach &lt;b&gt;%1&lt;/b&gt;. Was aus jedem wird, steht hier.</translation>
    </message>
    <message>
        <source>Nothing was applied</source>
        <translation>Nichts wurde angewendet</translation>
    </message>
    <message>
        <source>%1 would be created</source>
        <translation>%1 würde angelegt</translation>
    </message>
    <message>
        <source>%1 created</source>
        <translation>%1 angelegt</translation>
    </message>
    <message>
        <source>%1 would change</source>
        <translation>%1 würde sich ändern</translation>
    </message>
    <message>
        <source>%1 changed</source>
        <translation>%1 geändert</translation>
    </message>
    <message>
        <source>%1 unchanged</source>
        <translation>%1 unverändert</translation>
    </message>
    <message>
        <source>%1 was refused</source>
        <translation>%1 wurde abgelehnt</translation>
    </message>
    <message>
        <source>A document</source>
        <translation>Ein Dokument</translation>
    </message>
    <message>
        <source>Open a manifest</source>
        <translation>Ein Manifest öffnen</translation>
    </message>
    <message>
        <source>Manifests (*.yaml *.yml *.json);;All files (*)</source>
        <translation>Manifeste (*.yaml *.yml *.json);;Alle Dateien (*)</translation>
    </message>
    <message>
        <source>Could not open %1</source>
        <translation>%1 ließ sich nicht öffnen</translation>
    </message>
    <message>
        <source>%1 is too large</source>
        <translation>%1 ist zu groß</translation>
    </message>
    <message>
        <source>Manifests of more than 3 MiB are refused by the server.</source>
        <translation>Manifeste über 3 MiB lehnt der Server ab.</translation>
    </message>
    <message>
        <source>Undo</source>
        <translation>Rückgängig</translation>
    </message>
    <message>
        <source>Put back what the last apply changed</source>
        <translation>Zurücksetzen, was das letzte Anwenden geändert hat</translation>
    </message>
    <message>
        <source>Line %1: %2</source>
        <translation>Zeile %1: %2</translation>
    </message>
    <message>
        <source>and %1 more</source>
        <translation>und %1 weitere</translation>
    </message>
</context>
</TS>
