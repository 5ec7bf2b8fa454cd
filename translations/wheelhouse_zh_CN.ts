<?xml version="1.0" encoding="utf-8"?>
<!DOCTYPE TS>
<TS version="2.1" language="zh_CN" sourcelanguage="en">
<context>
    <name>DeployTemplate</name>
    <message>
        <source>Web app</source>
        <translation>Web 应用</translation>
    </message>
    <message>
        <source>Deployment and Service</source>
        <translation>Deployment 和 Service</translation>
    </message>
    <message>
        <source>Web + database</source>
        <translation>Web + 数据库</translation>
    </message>
    <message>
        <source>two workloads</source>
        <translation>两个工作负载</translation>
    </message>
    <message>
        <source>Stateful set</source>
        <translation>有状态集</translation>
    </message>
    <message>
        <source>names that stay</source>
        <translation>名称固定不变</translation>
    </message>
    <message>
        <source>Job</source>
        <translation>任务</translation>
    </message>
    <message>
        <source>runs to completion</source>
        <translation>运行到完成</translation>
    </message>
    <message>
        <source>Cron job</source>
        <translation>定时任务</translation>
    </message>
    <message>
        <source>every minute</source>
        <translation>每分钟一次</translation>
    </message>
    <message>
        <source>It needs a name.</source>
        <translation>需要一个名称。</translation>
    </message>
    <message>
        <source>A name has at most %1 characters.</source>
        <translation>名称最多 %1 个字符。</translation>
    </message>
    <message>
        <source>A name is made of a–z, 0–9 and -, and begins with a letter.</source>
        <translation>名称由 a–z、0–9 和 - 组成，并以字母开头。</translation>
    </message>
</context>
<context>
    <name>FaultTemplate</name>
    <message>
        <source>%1 and %2 more</source>
        <translation>%1 及其他 %2 个</translation>
    </message>
    <message>
        <source>zone %1</source>
        <translation>可用区 %1</translation>
    </message>
    <message>
        <source>all nodes</source>
        <translation>所有节点</translation>
    </message>
    <message>
        <source>nodes by label</source>
        <translation>按标签选择的节点</translation>
    </message>
    <message>
        <source>Power cut</source>
        <translation>断电</translation>
    </message>
    <message>
        <source>as if the plug were pulled</source>
        <translation>如同拔掉电源</translation>
    </message>
    <message>
        <source>Freeze</source>
        <translation>冻结</translation>
    </message>
    <message>
        <source>its processors stand still</source>
        <translation>其处理器已静止</translation>
    </message>
    <message>
        <source>Slow processor</source>
        <translation>处理器变慢</translation>
    </message>
    <message>
        <source>pods get a part of it</source>
        <translation>Pod 只能得到一部分</translation>
    </message>
    <message>
        <source>Memory taken</source>
        <translation>占用内存</translation>
    </message>
    <message>
        <source>until the node complains</source>
        <translation>直到节点告急</translation>
    </message>
    <message>
        <source>Full disk</source>
        <translation>磁盘已满</translation>
    </message>
    <message>
        <source>no room for images</source>
        <translation>没有空间存放镜像</translation>
    </message>
    <message>
        <source>No registry</source>
        <translation>镜像仓库不可用</translation>
    </message>
    <message>
        <source>images cannot be pulled</source>
        <translation>无法拉取镜像</translation>
    </message>
    <message>
        <source>Cut link</source>
        <translation>切断链路</translation>
    </message>
    <message>
        <source>nothing gets through</source>
        <translation>任何内容都无法通过</translation>
    </message>
    <message>
        <source>One-way link</source>
        <translation>单向链路</translation>
    </message>
    <message>
        <source>it speaks, nobody hears</source>
        <translation>它在说，却无人听见</translation>
    </message>
    <message>
        <source>Late link</source>
        <translation>延迟链路</translation>
    </message>
    <message>
        <source>everything takes longer</source>
        <translation>一切都变慢</translation>
    </message>
    <message>
        <source>Lossy link</source>
        <translation>丢包链路</translation>
    </message>
    <message>
        <source>a part of it is lost</source>
        <translation>一部分会丢失</translation>
    </message>
    <message>
        <source>Narrow link</source>
        <translation>窄带链路</translation>
    </message>
    <message>
        <source>little gets through</source>
        <translation>只有少量能通过</translation>
    </message>
    <message>
        <source>Kill containers</source>
        <translation>杀死容器</translation>
    </message>
    <message>
        <source>as kill -9 would</source>
        <translation>如同 kill -9</translation>
    </message>
    <message>
        <source>Zone down</source>
        <translation>可用区故障</translation>
    </message>
    <message>
        <source>all its nodes lose power</source>
        <translation>其所有节点断电</translation>
    </message>
    <message>
        <source>until mended</source>
        <translation>直到修复</translation>
    </message>
    <message>
        <source>%1 s</source>
        <translation>%1 秒</translation>
    </message>
    <message>
        <source>%1 min</source>
        <translation>%1 分钟</translation>
    </message>
    <message>
        <source>%1 h</source>
        <translation>%1 小时</translation>
    </message>
    <message>
        <source>%1% left</source>
        <translation>剩余 %1%</translation>
    </message>
    <message>
        <source>%1% of what is free</source>
        <translation>空闲部分的 %1%</translation>
    </message>
    <message>
        <source>%1 ms</source>
        <translation>%1 毫秒</translation>
    </message>
    <message>
        <source>%1% lost</source>
        <translation>丢失 %1%</translation>
    </message>
    <message>
        <source>%1 kbit/s</source>
        <translation>%1 kbit/s</translation>
    </message>
    <message>
        <source>1 pod</source>
        <translation>1 个 Pod</translation>
    </message>
    <message>
        <source>%1 pods</source>
        <translation>%1 个 Pod</translation>
    </message>
    <message>
        <source>There is no such fault.</source>
        <translation>没有这种故障。</translation>
    </message>
    <message>
        <source>It needs a zone.</source>
        <translation>需要指定可用区。</translation>
    </message>
    <message>
        <source>That is no name of a zone.</source>
        <translation>这不是可用区的名称。</translation>
    </message>
    <message>
        <source>It needs a node.</source>
        <translation>需要指定节点。</translation>
    </message>
    <message>
        <source>“%1” is no name of a node.</source>
        <translation>“%1”不是节点名称。</translation>
    </message>
    <message>
        <source>It needs a namespace.</source>
        <translation>需要指定命名空间。</translation>
    </message>
    <message>
        <source>It needs a pod, or a label such as app=web.</source>
        <translation>需要指定 Pod，或类似 app=web 的标签。</translation>
    </message>
    <message>
        <source>That is neither a pod nor a label such as app=web.</source>
        <translation>这既不是 Pod，也不是类似 app=web 的标签。</translation>
    </message>
    <message>
        <source>A link has two ends.</source>
        <translation>链路有两端。</translation>
    </message>
    <message>
        <source>frozen</source>
        <translation>已冻结</translation>
    </message>
    <message>
        <source>power cut</source>
        <translation>断电</translation>
    </message>
    <message>
        <source>%1% of its processors</source>
        <translation>处理器仅剩 %1%</translation>
    </message>
    <message>
        <source>disk full</source>
        <translation>磁盘已满</translation>
    </message>
    <message>
        <source>%1% of free memory taken</source>
        <translation>占用空闲内存的 %1%</translation>
    </message>
    <message>
        <source>no registry</source>
        <translation>镜像仓库不可用</translation>
    </message>
    <message>
        <source>containers killed</source>
        <translation>容器被杀死</translation>
    </message>
    <message>
        <source>cut one way</source>
        <translation>单向切断</translation>
    </message>
    <message>
        <source>link cut</source>
        <translation>链路已切断</translation>
    </message>
    <message>
        <source>late by %1 ms</source>
        <translation>延迟 %1 毫秒</translation>
    </message>
    <message>
        <source>± %1 ms</source>
        <translation>± %1 毫秒</translation>
    </message>
    <message>
        <source>loses %1%</source>
        <translation>丢失 %1%</translation>
    </message>
    <message>
        <source>at most %1 kbit/s</source>
        <translation>最多 %1 kbit/s</translation>
    </message>
    <message>
        <source>control plane</source>
        <translation>控制平面</translation>
    </message>
</context>
<context>
    <name>HostModel</name>
    <message>
        <source>Hardware acceleration</source>
        <translation>硬件加速</translation>
    </message>
    <message>
        <source>Virtual machines run by software emulation: everything works, but much slower.</source>
        <translation>虚拟机以软件模拟运行：一切可用，但慢得多。</translation>
    </message>
    <message>
        <source>KVM works</source>
        <translation>KVM 可用</translation>
    </message>
    <message>
        <source>Virtual machines run about as fast as this computer.</source>
        <translation>虚拟机的速度与本机相近。</translation>
    </message>
    <message>
        <source>the processor offers none</source>
        <translation>处理器不提供</translation>
    </message>
    <message>
        <source>Switch on VT-x or AMD-V in the firmware; where this is a virtual machine itself, nested virtualisation in its host.</source>
        <translation>请在固件中启用 VT-x 或 AMD-V；若本机本身是虚拟机，请在其宿主机上启用嵌套虚拟化。</translation>
    </message>
    <message>
        <source>/dev/kvm is not there</source>
        <translation>没有 /dev/kvm</translation>
    </message>
    <message>
        <source>The kernel&apos;s module has to be loaded:</source>
        <translation>需要加载内核模块：</translation>
    </message>
    <message>
        <source>this user may not use /dev/kvm</source>
        <translation>当前用户无权使用 /dev/kvm</translation>
    </message>
    <message>
        <source>Join its group, then log in again:</source>
        <translation>加入其用户组，然后重新登录：</translation>
    </message>
    <message>
        <source>QEMU and libvirt</source>
        <translation>QEMU 与 libvirt</translation>
    </message>
    <message>
        <source>both are there</source>
        <translation>均已安装</translation>
    </message>
    <message>
        <source>libvirt runs inside this program: no service to start, no group to join.</source>
        <translation>libvirt 在本程序内运行：无需启动服务，无需加入用户组。</translation>
    </message>
    <message>
        <source>both are missing</source>
        <translation>均未安装</translation>
    </message>
    <message>
        <source>libvirt&apos;s driver for QEMU is missing</source>
        <translation>缺少 libvirt 的 QEMU 驱动</translation>
    </message>
    <message>
        <source>QEMU is missing</source>
        <translation>缺少 QEMU</translation>
    </message>
    <message>
        <source>Without them there are no virtual machines; simulated nodes need neither. To install:</source>
        <translation>没有它们就没有虚拟机；模拟节点不需要。安装命令：</translation>
    </message>
    <message>
        <source>Node image</source>
        <translation>节点镜像</translation>
    </message>
    <message>
        <source>is built</source>
        <translation>已构建</translation>
    </message>
    <message>
        <source>Every virtual machine starts from it: %1</source>
        <translation>每台虚拟机都由它启动：%1</translation>
    </message>
    <message>
        <source>cannot be built yet</source>
        <translation>尚无法构建</translation>
    </message>
    <message>
        <source>Virtual machines start from it. Building it needs these packages:</source>
        <translation>虚拟机由它启动。构建需要以下软件包：</translation>
    </message>
    <message>
        <source>is not built yet</source>
        <translation>尚未构建</translation>
    </message>
    <message>
        <source>Built once, from the packages of this computer&apos;s own system; that takes a few minutes and the network. The first virtual machine does it by itself.</source>
        <translation>仅需构建一次，取自本机系统的软件包；需要几分钟和网络。第一台虚拟机会自动构建它。</translation>
    </message>
    <message>
        <source>Build it now</source>
        <translation>立即构建</translation>
    </message>
    <message>
        <source>Memory and processors</source>
        <translation>内存与处理器</translation>
    </message>
    <message>
        <source>%1 of %2 free, %3 processors</source>
        <translation>空闲 %1，共 %2，%3 个处理器</translation>
    </message>
    <message>
        <source>Too little for a virtual machine: close something. Simulated nodes need next to none.</source>
        <translation>不足以运行虚拟机：请关闭一些程序。模拟节点几乎不占内存。</translation>
    </message>
    <message>
        <source>Enough for one virtual machine of %1.</source>
        <translation>足够运行一台 %1 的虚拟机。</translation>
    </message>
    <message>
        <source>Enough for about %1 virtual machines of %2.</source>
        <translation>约可运行 %1 台 %2 的虚拟机。</translation>
    </message>
    <message>
        <source>Room on disk</source>
        <translation>磁盘空间</translation>
    </message>
    <message>
        <source>%1 free</source>
        <translation>空闲 %1</translation>
    </message>
    <message>
        <source>In %1. The disk of a machine takes room only as it is used.</source>
        <translation>位于 %1。机器的磁盘按实际使用量占用空间。</translation>
    </message>
    <message>
        <source>In %1. When it is full, machines stop and the lab cannot be written to. What takes the most:</source>
        <translation>位于 %1。空间用尽时机器会停止，实验室也无法写入。查看占用最多的内容：</translation>
    </message>
    <message>
        <source>Virtual machines need QEMU, which is not installed.</source>
        <translation>虚拟机需要 QEMU，但尚未安装。</translation>
    </message>
    <message>
        <source>Virtual machines need libvirt&apos;s driver for QEMU, which is not installed.</source>
        <translation>虚拟机需要 libvirt 的 QEMU 驱动，但尚未安装。</translation>
    </message>
    <message>
        <source>Virtual machines need the node image, and building it needs: %1.</source>
        <translation>虚拟机需要节点镜像，而构建它需要：%1。</translation>
    </message>
</context>
<context>
    <name>Provision</name>
    <message>
        <source>%1 of memory is more than the %2 this computer can give its machines: it will swap, or end some of them.</source>
        <translation>%1 内存超过本机能分给机器的 %2：将会使用交换空间，或终止部分机器。</translation>
    </message>
    <message>
        <source>Only %1 of memory is free now; other programs have the rest.</source>
        <translation>目前仅空闲 %1 内存；其余被其他程序占用。</translation>
    </message>
    <message>
        <source>%1 processors are promised and %2 are there: machines will share them.</source>
        <translation>已承诺 %1 个处理器，实有 %2 个：机器将共用它们。</translation>
    </message>
    <message>
        <source>Their disks could grow to %1, and %2 are free.</source>
        <translation>它们的磁盘可能增长到 %1，而空闲 %2。</translation>
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
        <translation>本机</translation>
    </message>
</context>
<context>
    <name>WhatIf</name>
    <message>
        <source>the pod asks for CPU</source>
        <translation>Pod 请求 CPU</translation>
    </message>
    <message>
        <source>the pod asks for memory</source>
        <translation>Pod 请求内存</translation>
    </message>
    <message>
        <source>the pod has a label</source>
        <translation>Pod 带有标签</translation>
    </message>
    <message>
        <source>the pod wants nodes with</source>
        <translation>Pod 需要的节点具有</translation>
    </message>
    <message>
        <source>the pod tolerates</source>
        <translation>Pod 容忍</translation>
    </message>
    <message>
        <source>a node has a label</source>
        <translation>某节点带有标签</translation>
    </message>
    <message>
        <source>a node has a taint</source>
        <translation>某节点带有污点</translation>
    </message>
    <message>
        <source>a node has no taint</source>
        <translation>某节点没有污点</translation>
    </message>
    <message>
        <source>a node is cordoned</source>
        <translation>某节点已封锁</translation>
    </message>
    <message>
        <source>a node is not cordoned</source>
        <translation>某节点未封锁</translation>
    </message>
    <message>
        <source>a node is not there</source>
        <translation>某节点不存在</translation>
    </message>
    <message>
        <source>there is one more like a node</source>
        <translation>再多一个同样的节点</translation>
    </message>
    <message>
        <source>a pod is not there</source>
        <translation>某个 Pod 不存在</translation>
    </message>
    <message>
        <source>key=value:NoSchedule, key, or *</source>
        <translation>key=value:NoSchedule、key 或 *</translation>
    </message>
    <message>
        <source>cpu %1</source>
        <translation>CPU %1</translation>
    </message>
    <message>
        <source>memory %1</source>
        <translation>内存 %1</translation>
    </message>
    <message>
        <source>label %1</source>
        <translation>标签 %1</translation>
    </message>
    <message>
        <source>on %1</source>
        <translation>位于 %1</translation>
    </message>
    <message>
        <source>tolerates everything</source>
        <translation>容忍一切</translation>
    </message>
    <message>
        <source>tolerates %1</source>
        <translation>容忍 %1</translation>
    </message>
    <message>
        <source>%1: no taint %2</source>
        <translation>%1：无污点 %2</translation>
    </message>
    <message>
        <source>%1 cordoned</source>
        <translation>%1 已封锁</translation>
    </message>
    <message>
        <source>%1 not cordoned</source>
        <translation>%1 未封锁</translation>
    </message>
    <message>
        <source>without %1</source>
        <translation>没有 %1</translation>
    </message>
    <message>
        <source>one more %1</source>
        <translation>再加一个 %1</translation>
    </message>
    <message>
        <source>Type it like this: %1</source>
        <translation>请这样输入：%1</translation>
    </message>
    <message>
        <source>%1 is not an amount, such as %2</source>
        <translation>%1 不是数量，例如 %2</translation>
    </message>
</context>
<context>
    <name>wheelhouse::ui</name>
    <message>
        <source>Scheduler</source>
        <translation>调度器</translation>
    </message>
    <message>
        <source>found no node for %o: %m</source>
        <translation>没有为 %o 找到节点：%m</translation>
    </message>
    <message>
        <source>is fetching the image for %o.</source>
        <translation>正在拉取 %o 的镜像。</translation>
    </message>
    <message>
        <source>has the image for %o.</source>
        <translation>已有 %o 的镜像。</translation>
    </message>
    <message>
        <source>created a container of %o.</source>
        <translation>已创建 %o 的容器。</translation>
    </message>
    <message>
        <source>started a container of %o.</source>
        <translation>已启动 %o 的容器。</translation>
    </message>
    <message>
        <source>is stopping %o.</source>
        <translation>正在停止 %o。</translation>
    </message>
    <message>
        <source>waits before trying %o again: %m</source>
        <translation>等待后再重试 %o：%m</translation>
    </message>
    <message>
        <source>could not start %o: %m</source>
        <translation>无法启动 %o：%m</translation>
    </message>
    <message>
        <source>could not mount a volume of %o: %m</source>
        <translation>无法挂载 %o 的卷：%m</translation>
    </message>
    <message>
        <source>could not make a sandbox for %o: %m</source>
        <translation>无法为 %o 建立沙箱：%m</translation>
    </message>
    <message>
        <source>found %o unwell: %m</source>
        <translation>发现 %o 不健康：%m</translation>
    </message>
    <message>
        <source>Node %o</source>
        <translation>节点 %o</translation>
    </message>
    <message>
        <source>is ready.</source>
        <translation>已就绪。</translation>
    </message>
    <message>
        <source>Node lifecycle</source>
        <translation>节点生命周期</translation>
    </message>
    <message>
        <source>marked %o NotReady: no heartbeat. Its pods are replaced unless it returns.</source>
        <translation>将 %o 标记为 NotReady：没有心跳。若不恢复，其 Pod 将被替换。</translation>
    </message>
    <message>
        <source>takes no new pods.</source>
        <translation>不再接收新的 Pod。</translation>
    </message>
    <message>
        <source>takes pods again.</source>
        <translation>重新接收 Pod。</translation>
    </message>
    <message>
        <source>welcomed %o to the cluster.</source>
        <translation>欢迎 %o 加入集群。</translation>
    </message>
    <message>
        <source>let %o go.</source>
        <translation>已让 %o 离开。</translation>
    </message>
    <message>
        <source>evicts %o from a node that does not answer.</source>
        <translation>将 %o 从无响应的节点驱逐。</translation>
    </message>
    <message>
        <source>is starting.</source>
        <translation>正在启动。</translation>
    </message>
    <message>
        <source>%o</source>
        <translation>%o</translation>
    </message>
    <message>
        <source>Cluster</source>
        <translation>集群</translation>
    </message>
    <message>
        <source>placed %1 on %2.</source>
        <translation>将 %1 放到 %2。</translation>
    </message>
    <message>
        <source>Pending</source>
        <translation>等待中</translation>
    </message>
    <message>
        <source>Starting</source>
        <translation>启动中</translation>
    </message>
    <message>
        <source>Running</source>
        <translation>运行中</translation>
    </message>
    <message>
        <source>Not ready</source>
        <translation>未就绪</translation>
    </message>
    <message>
        <source>Failing</source>
        <translation>异常</translation>
    </message>
    <message>
        <source>Completed</source>
        <translation>已完成</translation>
    </message>
    <message>
        <source>Terminating</source>
        <translation>终止中</translation>
    </message>
    <message>
        <source>Ready</source>
        <translation>就绪</translation>
    </message>
    <message>
        <source>NotReady</source>
        <translation>NotReady</translation>
    </message>
    <message>
        <source>Cordoned</source>
        <translation>已封锁</translation>
    </message>
    <message>
        <source>Booting</source>
        <translation>启动中</translation>
    </message>
    <message>
        <source>Power off</source>
        <translation>已断电</translation>
    </message>
    <message>
        <source>Frozen</source>
        <translation>已冻结</translation>
    </message>
    <message>
        <source>Failed</source>
        <translation>失败</translation>
    </message>
    <message>
        <source>Leaving</source>
        <translation>离开中</translation>
    </message>
    <message>
        <source>VM</source>
        <translation>虚拟机</translation>
    </message>
    <message>
        <source>simulated</source>
        <translation>模拟</translation>
    </message>
    <message>
        <source>node</source>
        <translation>节点</translation>
    </message>
    <message>
        <source>%1 s</source>
        <translation>%1 秒</translation>
    </message>
    <message>
        <source>%1 min %2 s</source>
        <translation>%1 分 %2 秒</translation>
    </message>
</context>
<context>
    <name>wheelhouse::ui::AccessModel</name>
    <message>
        <source>user</source>
        <translation>用户</translation>
    </message>
    <message>
        <source>group</source>
        <translation>组</translation>
    </message>
    <message>
        <source>service account</source>
        <translation>服务账户</translation>
    </message>
    <message>
        <source>everything</source>
        <translation>全部资源</translation>
    </message>
    <message>
        <source>everywhere</source>
        <translation>所有位置</translation>
    </message>
    <message>
        <source>every verb</source>
        <translation>所有动词</translation>
    </message>
    <message>
        <source>Who</source>
        <translation>账户</translation>
    </message>
    <message>
        <source>Kind</source>
        <translation>类型</translation>
    </message>
    <message>
        <source>Bindings</source>
        <translation>绑定</translation>
    </message>
    <message>
        <source>Resource</source>
        <translation>资源</translation>
    </message>
    <message>
        <source>Where</source>
        <translation>位置</translation>
    </message>
    <message>
        <source>other</source>
        <translation>其他</translation>
    </message>
    <message>
        <source>Verbs without a column of their own; * is every verb</source>
        <translation>没有单独列的动词；* 表示所有动词</translation>
    </message>
    <message>
        <source>By</source>
        <translation>来源</translation>
    </message>
    <message>
        <source>The bindings that give these rights</source>
        <translation>授予这些权限的绑定</translation>
    </message>
    <message>
        <source>the server gave no answer</source>
        <translation>服务器没有给出答复</translation>
    </message>
</context>
<context>
    <name>wheelhouse::ui::AccessPage</name>
    <message>
        <source>Access</source>
        <translation>访问权限</translation>
    </message>
    <message>
        <source>Filter: text, !not</source>
        <translation>筛选：文本、!排除</translation>
    </message>
    <message>
        <source>Filter accounts</source>
        <translation>筛选账户</translation>
    </message>
    <message>
        <source>System</source>
        <translation>系统</translation>
    </message>
    <message>
        <source>Show the cluster&apos;s own accounts too</source>
        <translation>同时显示集群自身的账户</translation>
    </message>
    <message>
        <source>Accounts</source>
        <translation>账户</translation>
    </message>
    <message>
        <source>Verb</source>
        <translation>动词</translation>
    </message>
    <message>
        <source>Resource</source>
        <translation>资源</translation>
    </message>
    <message>
        <source>Namespace</source>
        <translation>命名空间</translation>
    </message>
    <message>
        <source>any name</source>
        <translation>任意名称</translation>
    </message>
    <message>
        <source>Name of the object</source>
        <translation>对象名称</translation>
    </message>
    <message>
        <source>Ask</source>
        <translation>询问</translation>
    </message>
    <message>
        <source>Ask the server whether it may do that</source>
        <translation>询问服务器是否允许</translation>
    </message>
    <message>
        <source>Who can?</source>
        <translation>谁可以？</translation>
    </message>
    <message>
        <source>List only those who may do that, by roles and bindings</source>
        <translation>只列出按角色和绑定允许这样做的账户</translation>
    </message>
    <message>
        <source>May it</source>
        <translation>是否可以</translation>
    </message>
    <message>
        <source>in</source>
        <translation>于</translation>
    </message>
    <message>
        <source>Filter rights</source>
        <translation>筛选权限</translation>
    </message>
    <message>
        <source>Rights</source>
        <translation>权限</translation>
    </message>
    <message>
        <source>everywhere</source>
        <translation>所有位置</translation>
    </message>
    <message>
        <source>everything</source>
        <translation>全部资源</translation>
    </message>
    <message>
        <source>Roles cannot be read</source>
        <translation>无法读取角色</translation>
    </message>
    <message>
        <source>Reading roles and bindings…</source>
        <translation>正在读取角色和绑定…</translation>
    </message>
    <message>
        <source>Choose an account</source>
        <translation>选择一个账户</translation>
    </message>
    <message>
        <source>What it may do, and which binding says so, is shown here. The cluster&apos;s own accounts are shown by “System”.</source>
        <translation>这里显示它可以做什么，以及由哪个绑定授予。集群自身的账户可通过“系统”显示。</translation>
    </message>
    <message>
        <source>group</source>
        <translation>组</translation>
    </message>
    <message>
        <source>service account</source>
        <translation>服务账户</translation>
    </message>
    <message>
        <source>user</source>
        <translation>用户</translation>
    </message>
    <message>
        <source>Select a right to see which binding gives it; Return opens it.</source>
        <translation>选择一项权限可查看授予它的绑定；按回车键打开该绑定。</translation>
    </message>
    <message>
        <source>and %1 more</source>
        <translation>以及另外 %1 项</translation>
    </message>
    <message>
        <source>asking…</source>
        <translation>询问中…</translation>
    </message>
    <message>
        <source>no answer</source>
        <translation>无答复</translation>
    </message>
    <message>
        <source>allowed</source>
        <translation>允许</translation>
    </message>
    <message>
        <source>not allowed</source>
        <translation>不允许</translation>
    </message>
</context>
<context>
    <name>wheelhouse::ui::AddNodePanel</name>
    <message>
        <source>Add nodes</source>
        <translation>添加节点</translation>
    </message>
</context>
<context>
    <name>wheelhouse::ui::Banner</name>
    <message>
        <source>Close message</source>
        <translation>关闭消息</translation>
    </message>
</context>
<context>
    <name>wheelhouse::ui::CheckRow</name>
    <message>
        <source>Stop</source>
        <translation>停止</translation>
    </message>
    <message>
        <source>is being stopped</source>
        <translation>正在停止</translation>
    </message>
    <message>
        <source>is being built</source>
        <translation>正在构建</translation>
    </message>
    <message>
        <source>good</source>
        <translation>良好</translation>
    </message>
    <message>
        <source>could be better</source>
        <translation>有待改善</translation>
    </message>
    <message>
        <source>missing</source>
        <translation>缺失</translation>
    </message>
    <message>
        <source>working</source>
        <translation>进行中</translation>
    </message>
</context>
<context>
    <name>wheelhouse::ui::ClockBar</name>
    <message>
        <source>Speed of the cluster&apos;s time: %1</source>
        <translation>集群时间的速度：%1</translation>
    </message>
    <message>
        <source>The cluster&apos;s time goes at %1</source>
        <translation>集群时间以 %1 运行</translation>
    </message>
    <message>
        <source>Speed of the cluster&apos;s time</source>
        <translation>集群时间的速度</translation>
    </message>
    <message>
        <source>Only the time of a Wheelhouse lab can be stopped: this cluster has no clock</source>
        <translation>只有 Wheelhouse 实验环境的时间可以停止：此集群没有时钟</translation>
    </message>
    <message>
        <source>Let the cluster&apos;s time go on</source>
        <translation>让集群时间继续</translation>
    </message>
    <message>
        <source>Stop the cluster&apos;s time</source>
        <translation>停止集群时间</translation>
    </message>
    <message>
        <source>Let one thing happen</source>
        <translation>让一件事发生</translation>
    </message>
    <message>
        <source>Stop the time first, then go step by step</source>
        <translation>先停止时间，然后逐步进行</translation>
    </message>
    <message>
        <source>The cluster&apos;s time stands still</source>
        <translation>集群时间已停止</translation>
    </message>
    <message>
        <source>The cluster&apos;s time</source>
        <translation>集群时间</translation>
    </message>
    <message>
        <source>Go on</source>
        <translation>继续</translation>
    </message>
    <message>
        <source>Stop the cluster&apos;s time: controllers, scheduler and leases stand still</source>
        <translation>停止集群时间：控制器、调度器和租约都静止</translation>
    </message>
    <message>
        <source>Let %1 look at %2</source>
        <translation>让 %1 查看 %2</translation>
    </message>
    <message>
        <source>How fast the cluster&apos;s time goes</source>
        <translation>集群时间的快慢</translation>
    </message>
</context>
<context>
    <name>wheelhouse::ui::ClosePanel</name>
    <message>
        <source>Close Wheelhouse</source>
        <translation>关闭 Wheelhouse</translation>
    </message>
    <message>
        <source>Always do that</source>
        <translation>总是这样做</translation>
    </message>
    <message>
        <source>Cancel</source>
        <translation>取消</translation>
    </message>
    <message>
        <source>Leave them running</source>
        <translation>让它们继续运行</translation>
    </message>
    <message>
        <source>Stop them</source>
        <translation>停止它们</translation>
    </message>
    <message>
        <source>A virtual machine runs. Left running, it goes on without a control plane until Wheelhouse is started again; stopped, it starts with it.</source>
        <translation>有一台虚拟机正在运行。若让它继续运行，在再次启动 Wheelhouse 之前它将没有控制平面；若停止，它会随之启动。</translation>
    </message>
    <message>
        <source>%1 virtual machines run. Left running, they go on without a control plane until Wheelhouse is started again; stopped, they start with it.</source>
        <translation>有 %1 台虚拟机正在运行。若让它们继续运行，在再次启动 Wheelhouse 之前它们将没有控制平面；若停止，它们会随之启动。</translation>
    </message>
</context>
<context>
    <name>wheelhouse::ui::ClusterActions</name>
    <message>
        <source>deleted %1 %2.</source>
        <translation>删除了 %1 %2。</translation>
    </message>
    <message>
        <source>added the simulated node %1.</source>
        <translation>添加了模拟节点 %1。</translation>
    </message>
    <message>
        <source>added the VM node %1.</source>
        <translation>添加了虚拟机节点 %1。</translation>
    </message>
    <message>
        <source>removed node %1 and its machine.</source>
        <translation>移除了节点 %1 及其机器。</translation>
    </message>
    <message>
        <source>cut the power of %1.</source>
        <translation>切断了 %1 的电源。</translation>
    </message>
    <message>
        <source>switched %1 on.</source>
        <translation>打开了 %1。</translation>
    </message>
    <message>
        <source>froze %1.</source>
        <translation>冻结了 %1。</translation>
    </message>
    <message>
        <source>keeps new pods off %1.</source>
        <translation>不让新的 Pod 进入 %1。</translation>
    </message>
    <message>
        <source>lets pods onto %1 again.</source>
        <translation>重新允许 Pod 进入 %1。</translation>
    </message>
    <message>
        <source>evicted %1.</source>
        <translation>驱逐了 %1。</translation>
    </message>
    <message>
        <source>set the pool %1 to %2 machines.</source>
        <translation>将节点池 %1 设为 %2 台机器。</translation>
    </message>
    <message>
        <source>stopped the cluster&apos;s time.</source>
        <translation>停止了集群时间。</translation>
    </message>
    <message>
        <source>let the cluster&apos;s time go on.</source>
        <translation>让集群时间继续。</translation>
    </message>
    <message>
        <source>set the cluster&apos;s time to %1.</source>
        <translation>将集群时间设为 %1。</translation>
    </message>
    <message>
        <source>let one thing happen.</source>
        <translation>让一件事发生。</translation>
    </message>
    <message>
        <source>let %1 do one thing.</source>
        <translation>让 %1 做一件事。</translation>
    </message>
    <message>
        <source>lets machines stand still with the cluster&apos;s time.</source>
        <translation>让机器随集群时间一起静止。</translation>
    </message>
    <message>
        <source>lets machines run while the cluster&apos;s time stands still.</source>
        <translation>集群时间静止时让机器继续运行。</translation>
    </message>
    <message>
        <source>applied %1.</source>
        <translation>应用了 %1。</translation>
    </message>
    <message>
        <source>created %1.</source>
        <translation>创建了 %1。</translation>
    </message>
    <message>
        <source>changed %1.</source>
        <translation>更改了 %1。</translation>
    </message>
    <message>
        <source>mended %1.</source>
        <translation>修复了 %1。</translation>
    </message>
</context>
<context>
    <name>wheelhouse::ui::CodeAssist</name>
    <message>
        <source>What can be written here</source>
        <translation>此处可以填写的内容</translation>
    </message>
</context>
<context>
    <name>wheelhouse::ui::ColumnPanel</name>
    <message>
        <source>Columns</source>
        <translation>列</translation>
    </message>
    <message>
        <source>Of your own, by a JSONPath; or several as kubectl&apos;s custom-columns has them:</source>
        <translation>自定义列，按 JSONPath；也可按 kubectl 的 custom-columns 写法一次添加多列：</translation>
    </message>
    <message>
        <source>Name, as “App”</source>
        <translation>名称，如 “App”</translation>
    </message>
    <message>
        <source>Name of the column</source>
        <translation>列名</translation>
    </message>
    <message>
        <source>JSONPath of the column</source>
        <translation>列的 JSONPath</translation>
    </message>
    <message>
        <source>Add the column</source>
        <translation>添加此列</translation>
    </message>
    <message>
        <source>Remove %1</source>
        <translation>移除 %1</translation>
    </message>
    <message>
        <source>A table has at most %1 columns of your own.</source>
        <translation>一个表格最多有 %1 个自定义列。</translation>
    </message>
    <message>
        <source>It needs a name.</source>
        <translation>需要一个名称。</translation>
    </message>
    <message>
        <source>A name has neither comma nor colon.</source>
        <translation>名称中不能有逗号或冒号。</translation>
    </message>
    <message>
        <source>There is a column called %1 already.</source>
        <translation>已有名为 %1 的列。</translation>
    </message>
    <message>
        <source>“%1” is no JSONPath; one looks like .spec.containers[*].image</source>
        <translation>“%1” 不是 JSONPath；其形式如 .spec.containers[*].image</translation>
    </message>
</context>
<context>
    <name>wheelhouse::ui::CommandStrip</name>
    <message>
        <source>Copy the command</source>
        <translation>复制命令</translation>
    </message>
</context>
<context>
    <name>wheelhouse::ui::DeployPanel</name>
    <message>
        <source>Deploy</source>
        <translation>部署</translation>
    </message>
    <message>
        <source>Name</source>
        <translation>名称</translation>
    </message>
    <message>
        <source>How many</source>
        <translation>数量</translation>
    </message>
    <message>
        <source>What would change</source>
        <translation>将会改变什么</translation>
    </message>
    <message>
        <source>Apply</source>
        <translation>应用</translation>
    </message>
    <message>
        <source>Your manifest</source>
        <translation>你的清单</translation>
    </message>
    <message>
        <source>Documents that name no namespace go to &lt;b&gt;%1&lt;/b&gt;.</source>
        <translation>未指定命名空间的文档进入 &lt;b&gt;%1&lt;/b&gt;。</translation>
    </message>
    <message>
        <source>Into namespace &lt;b&gt;%1&lt;/b&gt;, on node &lt;b&gt;%2&lt;/b&gt; only.</source>
        <translation>进入命名空间 &lt;b&gt;%1&lt;/b&gt;，仅在节点 &lt;b&gt;%2&lt;/b&gt; 上。</translation>
    </message>
    <message>
        <source>Into namespace &lt;b&gt;%1&lt;/b&gt;, on nodes of zone &lt;b&gt;%2&lt;/b&gt;.</source>
        <translation>进入命名空间 &lt;b&gt;%1&lt;/b&gt;，在可用区 &lt;b&gt;%2&lt;/b&gt; 的节点上。</translation>
    </message>
    <message>
        <source>Into namespace &lt;b&gt;%1&lt;/b&gt;, wherever the scheduler finds best.</source>
        <translation>进入命名空间 &lt;b&gt;%1&lt;/b&gt;，由调度器选择最佳位置。</translation>
    </message>
    <message>
        <source>%1 would be created</source>
        <translation>将创建 %1</translation>
    </message>
    <message>
        <source>%1 would change</source>
        <translation>%1 将改变</translation>
    </message>
    <message>
        <source>%1 stays as it is</source>
        <translation>%1 保持不变</translation>
    </message>
</context>
<context>
    <name>wheelhouse::ui::DetailDrawer</name>
    <message>
        <source>Close details</source>
        <translation>关闭详情</translation>
    </message>
    <message>
        <source>Close details (Esc)</source>
        <translation>关闭详情（Esc）</translation>
    </message>
    <message>
        <source>Details</source>
        <translation>详情</translation>
    </message>
    <message>
        <source>YAML of the object</source>
        <translation>对象的 YAML</translation>
    </message>
    <message>
        <source>Edit</source>
        <translation>编辑</translation>
    </message>
    <message>
        <source>Open it in the editor below, to change and apply</source>
        <translation>在下方编辑器中打开，以便修改和应用</translation>
    </message>
    <message>
        <source>Console of the machine</source>
        <translation>机器控制台</translation>
    </message>
    <message>
        <source>Cancel</source>
        <translation>取消</translation>
    </message>
    <message>
        <source>Loading…</source>
        <translation>正在加载…</translation>
    </message>
    <message>
        <source>Deleted</source>
        <translation>已删除</translation>
    </message>
    <message>
        <source>It is gone.</source>
        <translation>它已不存在。</translation>
    </message>
    <message>
        <source>Status</source>
        <translation>状态</translation>
    </message>
    <message>
        <source>Verdict</source>
        <translation>裁决</translation>
    </message>
    <message>
        <source>Events</source>
        <translation>事件</translation>
    </message>
    <message>
        <source>YAML</source>
        <translation>YAML</translation>
    </message>
    <message>
        <source>Logs</source>
        <translation>日志</translation>
    </message>
    <message>
        <source>Console</source>
        <translation>控制台</translation>
    </message>
    <message>
        <source>Power on</source>
        <translation>开机</translation>
    </message>
    <message>
        <source>Cut power</source>
        <translation>切断电源</translation>
    </message>
    <message>
        <source>Uncordon</source>
        <translation>解除封锁</translation>
    </message>
    <message>
        <source>Cordon</source>
        <translation>封锁</translation>
    </message>
    <message>
        <source>Remove</source>
        <translation>移除</translation>
    </message>
    <message>
        <source>Delete</source>
        <translation>删除</translation>
    </message>
    <message>
        <source>Remove %1? Its machine and disk are deleted; its pods move elsewhere.</source>
        <translation>移除 %1？其机器和磁盘将被删除，Pod 会迁往别处。</translation>
    </message>
    <message>
        <source>Delete pod %1? Whoever owns it makes a new one.</source>
        <translation>删除 Pod %1？其所有者会新建一个。</translation>
    </message>
    <message>
        <source>Delete %1 %2?</source>
        <translation>删除 %1 %2？</translation>
    </message>
    <message>
        <source>Cut the power of %1, as pulling the plug would?</source>
        <translation>像拔掉插头一样切断 %1 的电源？</translation>
    </message>
    <message>
        <source>Evict pod %1? It leaves its node as far as disruption budgets allow; whoever owns it makes a new one.</source>
        <translation>驱逐 Pod %1？在中断预算允许时它会离开节点，其所有者会新建一个。</translation>
    </message>
    <message>
        <source>Evict</source>
        <translation>驱逐</translation>
    </message>
    <message>
        <source>Drain %1 and remove it? Its pods are evicted, then the node is taken away.</source>
        <translation>排空并移除 %1？先驱逐其 Pod，然后移走节点。</translation>
    </message>
    <message>
        <source>Drain %1? It takes no new pods and those it has are evicted.</source>
        <translation>排空 %1？它不再接收新 Pod，现有 Pod 将被驱逐。</translation>
    </message>
    <message>
        <source>Drain and remove</source>
        <translation>排空并移除</translation>
    </message>
    <message>
        <source>Drain</source>
        <translation>排空</translation>
    </message>
    <message>
        <source>Shell</source>
        <translation>终端</translation>
    </message>
    <message>
        <source>Forward</source>
        <translation>转发</translation>
    </message>
    <message>
        <source>Usage</source>
        <translation>用量</translation>
    </message>
</context>
<context>
    <name>wheelhouse::ui::FactSheet</name>
    <message>
        <source>Facts</source>
        <translation>详情</translation>
    </message>
    <message>
        <source>Copy all</source>
        <translation>全部复制</translation>
    </message>
</context>
<context>
    <name>wheelhouse::ui::Facts</name>
    <message>
        <source>Conditions</source>
        <translation>状况</translation>
    </message>
    <message>
        <source>running for %1</source>
        <translation>已运行 %1</translation>
    </message>
    <message>
        <source>%1, exit code %2</source>
        <translation>%1，退出码 %2</translation>
    </message>
    <message>
        <source>waiting</source>
        <translation>等待中</translation>
    </message>
    <message>
        <source>Pod</source>
        <translation>Pod</translation>
    </message>
    <message>
        <source>Namespace</source>
        <translation>命名空间</translation>
    </message>
    <message>
        <source>Node</source>
        <translation>节点</translation>
    </message>
    <message>
        <source>none yet</source>
        <translation>尚无</translation>
    </message>
    <message>
        <source>Address</source>
        <translation>地址</translation>
    </message>
    <message>
        <source>Class</source>
        <translation>类别</translation>
    </message>
    <message>
        <source>Owner</source>
        <translation>所有者</translation>
    </message>
    <message>
        <source>Asks for</source>
        <translation>请求</translation>
    </message>
    <message>
        <source>Age</source>
        <translation>存在时间</translation>
    </message>
    <message>
        <source>Containers</source>
        <translation>容器</translation>
    </message>
    <message>
        <source>not started</source>
        <translation>未启动</translation>
    </message>
    <message>
        <source>restarted once</source>
        <translation>重启过一次</translation>
    </message>
    <message>
        <source>restarted %1 times</source>
        <translation>重启过 %1 次</translation>
    </message>
    <message>
        <source>Pod in %1</source>
        <translation>%1 中的 Pod</translation>
    </message>
    <message>
        <source>Zone</source>
        <translation>可用区</translation>
    </message>
    <message>
        <source>CPU</source>
        <translation>CPU</translation>
    </message>
    <message>
        <source>allocatable</source>
        <translation>可分配</translation>
    </message>
    <message>
        <source>Memory</source>
        <translation>内存</translation>
    </message>
    <message>
        <source>Agent</source>
        <translation>代理</translation>
    </message>
    <message>
        <source>Runtime</source>
        <translation>运行时</translation>
    </message>
    <message>
        <source>System</source>
        <translation>系统</translation>
    </message>
    <message>
        <source>Kernel</source>
        <translation>内核</translation>
    </message>
    <message>
        <source>Taints</source>
        <translation>污点</translation>
    </message>
    <message>
        <source>Running</source>
        <translation>运行中</translation>
    </message>
    <message>
        <source>Machine</source>
        <translation>机器</translation>
    </message>
    <message>
        <source>Kind</source>
        <translation>类型</translation>
    </message>
    <message>
        <source>Why</source>
        <translation>原因</translation>
    </message>
    <message>
        <source>Power</source>
        <translation>电源</translation>
    </message>
    <message>
        <source>Processors</source>
        <translation>处理器</translation>
    </message>
    <message>
        <source>Console</source>
        <translation>控制台</translation>
    </message>
    <message>
        <source>Process</source>
        <translation>进程</translation>
    </message>
    <message>
        <source>Start</source>
        <translation>启动</translation>
    </message>
    <message>
        <source>Terminating</source>
        <translation>终止中</translation>
    </message>
    <message>
        <source>%1 in %2</source>
        <translation>%2 中的 %1</translation>
    </message>
    <message>
        <source>Labels</source>
        <translation>标签</translation>
    </message>
</context>
<context>
    <name>wheelhouse::ui::FaultEffects</name>
    <message>
        <source>Agent</source>
        <translation>代理</translation>
    </message>
    <message>
        <source>is silent; its lease has run out</source>
        <translation>没有声音；其租约已到期</translation>
    </message>
    <message>
        <source>is silent; its lease runs out</source>
        <translation>没有声音；其租约即将到期</translation>
    </message>
    <message>
        <source>renews its lease</source>
        <translation>正在续租</translation>
    </message>
    <message>
        <source>Node controller</source>
        <translation>节点控制器</translation>
    </message>
    <message>
        <source>heard nothing and calls it NotReady</source>
        <translation>没有收到消息，将其标为 NotReady</translation>
    </message>
    <message>
        <source>is told by the node that it is not ready</source>
        <translation>节点报告自己未就绪</translation>
    </message>
    <message>
        <source>looks whether it was heard</source>
        <translation>检查是否收到消息</translation>
    </message>
    <message>
        <source>reports %1</source>
        <translation>报告 %1</translation>
    </message>
    <message>
        <source>keeps pods off: %1</source>
        <translation>阻止 Pod 进入：%1</translation>
    </message>
    <message>
        <source>Taint eviction</source>
        <translation>污点驱逐</translation>
    </message>
    <message>
        <source>deletes a pod</source>
        <translation>删除一个 Pod</translation>
    </message>
    <message>
        <source>deletes %1 pods</source>
        <translation>删除 %1 个 Pod</translation>
    </message>
    <message>
        <source>deleted a pod; it ends when the node is heard again</source>
        <translation>已删除一个 Pod；节点恢复通信后结束</translation>
    </message>
    <message>
        <source>deleted %1 pods; they end when the node is heard again</source>
        <translation>已删除 %1 个 Pod；节点恢复通信后结束</translation>
    </message>
    <message>
        <source>Node</source>
        <translation>节点</translation>
    </message>
    <message>
        <source>Who</source>
        <translation>谁</translation>
    </message>
    <message>
        <source>What</source>
        <translation>什么</translation>
    </message>
    <message>
        <source>When</source>
        <translation>何时</translation>
    </message>
    <message>
        <source>%1 ago</source>
        <translation>%1 前</translation>
    </message>
</context>
<context>
    <name>wheelhouse::ui::FaultModel</name>
    <message>
        <source>active</source>
        <translation>进行中</translation>
    </message>
    <message>
        <source>being mended</source>
        <translation>正在修复</translation>
    </message>
    <message>
        <source>to come</source>
        <translation>即将开始</translation>
    </message>
    <message>
        <source>not possible</source>
        <translation>无法进行</translation>
    </message>
    <message>
        <source>over</source>
        <translation>已结束</translation>
    </message>
    <message>
        <source>State</source>
        <translation>状态</translation>
    </message>
    <message>
        <source>What</source>
        <translation>什么</translation>
    </message>
    <message>
        <source>Where</source>
        <translation>何处</translation>
    </message>
    <message>
        <source>Left</source>
        <translation>剩余</translation>
    </message>
    <message>
        <source>Message</source>
        <translation>消息</translation>
    </message>
    <message>
        <source>until mended</source>
        <translation>直到修复</translation>
    </message>
    <message>
        <source>%1 ago</source>
        <translation>%1 前</translation>
    </message>
    <message>
        <source>begins %1</source>
        <translation>%1开始</translation>
    </message>
    <message>
        <source>ends %1</source>
        <translation>%1结束</translation>
    </message>
</context>
<context>
    <name>wheelhouse::ui::FaultPanel</name>
    <message>
        <source>Break something</source>
        <translation>制造故障</translation>
    </message>
    <message>
        <source>Break it</source>
        <translation>制造故障</translation>
    </message>
    <message>
        <source>Whom</source>
        <translation>对象</translation>
    </message>
    <message>
        <source>Other end</source>
        <translation>另一端</translation>
    </message>
    <message>
        <source>only what it sends</source>
        <translation>仅其发送的内容</translation>
    </message>
    <message>
        <source>a pod&apos;s name, or app=web</source>
        <translation>Pod 名称，或 app=web</translation>
    </message>
    <message>
        <source>One way</source>
        <translation>单向</translation>
    </message>
    <message>
        <source>Namespace</source>
        <translation>命名空间</translation>
    </message>
    <message>
        <source>Pods</source>
        <translation>Pod</translation>
    </message>
    <message>
        <source>How hard</source>
        <translation>强度</translation>
    </message>
    <message>
        <source>How long</source>
        <translation>时长</translation>
    </message>
</context>
<context>
    <name>wheelhouse::ui::FaultsPage</name>
    <message>
        <source>Failures</source>
        <translation>故障</translation>
    </message>
    <message>
        <source>Break something on purpose. It mends itself when its time is over, or when you say so.</source>
        <translation>有意制造故障。时间一到，或在您要求时，它会自行修复。</translation>
    </message>
    <message>
        <source>Press it to say whom and how long</source>
        <translation>按下以指定对象和时长</translation>
    </message>
    <message>
        <source>What is broken</source>
        <translation>当前故障</translation>
    </message>
    <message>
        <source>Forget those that are over</source>
        <translation>清除已结束的</translation>
    </message>
    <message>
        <source>Mend</source>
        <translation>修复</translation>
    </message>
    <message>
        <source>Mend all</source>
        <translation>全部修复</translation>
    </message>
    <message>
        <source>What is done about it</source>
        <translation>正在采取的措施</translation>
    </message>
    <message>
        <source>No node is under a fault now.</source>
        <translation>目前没有节点处于故障中。</translation>
    </message>
    <message>
        <source>Choose what to mend</source>
        <translation>选择要修复的故障</translation>
    </message>
    <message>
        <source>Nothing is broken</source>
        <translation>没有故障</translation>
    </message>
    <message>
        <source>Nothing can be broken here</source>
        <translation>此处无法制造故障</translation>
    </message>
    <message>
        <source>Only a Wheelhouse lab can: this cluster does not serve Faults.</source>
        <translation>只有 Wheelhouse 实验室可以：此集群不提供 Fault。</translation>
    </message>
    <message>
        <source>Press a fault above, drag one onto a node of the map, or take it from a node&apos;s menu. Then watch here who notices, and when.</source>
        <translation>按下上方的故障，将其拖到地图的节点上，或从节点菜单中选择。然后在此观察谁在何时察觉。</translation>
    </message>
</context>
<context>
    <name>wheelhouse::ui::FeedModel</name>
    <message>
        <source>Time</source>
        <translation>时间</translation>
    </message>
    <message>
        <source>Who</source>
        <translation>谁</translation>
    </message>
    <message>
        <source>What</source>
        <translation>什么</translation>
    </message>
</context>
<context>
    <name>wheelhouse::ui::FeedView</name>
    <message>
        <source>Event feed</source>
        <translation>事件流</translation>
    </message>
    <message>
        <source>Nothing has happened yet. What the scheduler, the nodes and you do is told here, newest first.</source>
        <translation>还没有发生什么。调度器、节点和你的操作都会显示在这里，最新的在前。</translation>
    </message>
    <message>
        <source>Copy line</source>
        <translation>复制此行</translation>
    </message>
    <message>
        <source>Copy kubectl command</source>
        <translation>复制 kubectl 命令</translation>
    </message>
</context>
<context>
    <name>wheelhouse::ui::ForwardsView</name>
    <message>
        <source>Nothing is forwarded</source>
        <translation>没有转发</translation>
    </message>
    <message>
        <source>Select a pod or a service and press Shift+F to reach one of its ports on this computer.</source>
        <translation>选择一个 Pod 或 Service，按 Shift+F，即可在本机访问它的端口。</translation>
    </message>
    <message>
        <source>Port of the pod or service</source>
        <translation>Pod 或 Service 的端口</translation>
    </message>
    <message>
        <source>any</source>
        <translation>任意</translation>
    </message>
    <message>
        <source>Port on this computer</source>
        <translation>本机端口</translation>
    </message>
    <message>
        <source>Port on this computer; “any” takes the same number where it is free</source>
        <translation>本机端口；“任意”会在空闲时使用相同的端口号</translation>
    </message>
    <message>
        <source>Forward</source>
        <translation>转发</translation>
    </message>
    <message>
        <source>port</source>
        <translation>端口</translation>
    </message>
    <message>
        <source>to 127.0.0.1, port</source>
        <translation>到 127.0.0.1，端口</translation>
    </message>
    <message>
        <source>Forwarded ports</source>
        <translation>已转发的端口</translation>
    </message>
    <message>
        <source>Open in browser</source>
        <translation>在浏览器中打开</translation>
    </message>
    <message>
        <source>Copy address</source>
        <translation>复制地址</translation>
    </message>
    <message>
        <source>Stop</source>
        <translation>停止</translation>
    </message>
</context>
<context>
    <name>wheelhouse::ui::HelmChart</name>
    <message>
        <source>Charts are made into manifests by helm, which is not installed. Install it, or drop the output of “helm template” as a file.</source>
        <translation>Chart 需由 helm 转换为清单，但 helm 未安装。请安装它，或将 “helm template” 的输出作为文件拖入。</translation>
    </message>
    <message>
        <source>helm cannot be started: %1</source>
        <translation>无法启动 helm：%1</translation>
    </message>
    <message>
        <source>helm cannot render this chart: %1</source>
        <translation>helm 无法渲染此 Chart：%1</translation>
    </message>
    <message>
        <source>This chart makes more than can be applied at once.</source>
        <translation>此 Chart 生成的内容过多，无法一次应用。</translation>
    </message>
    <message>
        <source>helm did not answer within %1 s.</source>
        <translation>helm 未在 %1 秒内响应。</translation>
    </message>
</context>
<context>
    <name>wheelhouse::ui::HelpModel</name>
    <message>
        <source>%1: no key</source>
        <translation>%1：无按键</translation>
    </message>
    <message>
        <source>%1: %2</source>
        <translation>%1：%2</translation>
    </message>
</context>
<context>
    <name>wheelhouse::ui::HelpPanel</name>
    <message>
        <source>press a key</source>
        <translation>请按键</translation>
    </message>
    <message>
        <source>Keys</source>
        <translation>按键</translation>
    </message>
    <message>
        <source>Standard keys</source>
        <translation>默认按键</translation>
    </message>
    <message>
        <source>Close</source>
        <translation>关闭</translation>
    </message>
    <message>
        <source>Keys where you are</source>
        <translation>当前位置的按键</translation>
    </message>
    <message>
        <source>Keys that work everywhere</source>
        <translation>随处可用的按键</translation>
    </message>
    <message>
        <source>Press Enter or click on a line to give it another key.</source>
        <translation>按回车或点击某行可更换其按键。</translation>
    </message>
    <message>
        <source>“%1” has its keys for good.</source>
        <translation>“%1”的按键固定不变。</translation>
    </message>
    <message>
        <source>%1: press the new key. Backspace takes its key away, Escape leaves it as it is.</source>
        <translation>%1：请按新按键。退格键清除按键，Esc 保持不变。</translation>
    </message>
</context>
<context>
    <name>wheelhouse::ui::JumpModel</name>
    <message>
        <source>namespace</source>
        <translation>命名空间</translation>
    </message>
    <message>
        <source>node</source>
        <translation>节点</translation>
    </message>
</context>
<context>
    <name>wheelhouse::ui::JumpPanel</name>
    <message>
        <source>Go to</source>
        <translation>转到</translation>
    </message>
    <message>
        <source>Search or run: web-5, :pod shop, :deploy app=web, :ns shop</source>
        <translation>搜索或执行：web-5、:pod shop、:deploy app=web、:ns shop</translation>
    </message>
    <message>
        <source>Search or run</source>
        <translation>搜索或执行</translation>
    </message>
    <message>
        <source>Where to go</source>
        <translation>去向</translation>
    </message>
    <message>
        <source>Nothing by that name.</source>
        <translation>没有这个名称的内容。</translation>
    </message>
</context>
<context>
    <name>wheelhouse::ui::KeyTable</name>
    <message>
        <source>Map</source>
        <translation>地图</translation>
    </message>
    <message>
        <source>Objects</source>
        <translation>对象</translation>
    </message>
    <message>
        <source>Verdicts</source>
        <translation>裁决</translation>
    </message>
    <message>
        <source>Scaling</source>
        <translation>伸缩</translation>
    </message>
    <message>
        <source>Failures</source>
        <translation>故障</translation>
    </message>
    <message>
        <source>Access</source>
        <translation>访问权限</translation>
    </message>
    <message>
        <source>Start: this computer, a sample lab, first nodes</source>
        <translation>开始：本机、示例实验室、首批节点</translation>
    </message>
    <message>
        <source>Search or run</source>
        <translation>搜索或执行</translation>
    </message>
    <message>
        <source>Go to a kind, as :pod shop</source>
        <translation>前往某种类，如 :pod shop</translation>
    </message>
    <message>
        <source>There and back</source>
        <translation>往返</translation>
    </message>
    <message>
        <source>Back in history</source>
        <translation>历史后退</translation>
    </message>
    <message>
        <source>Forward in history</source>
        <translation>历史前进</translation>
    </message>
    <message>
        <source>Filter the table</source>
        <translation>筛选表格</translation>
    </message>
    <message>
        <source>Keys and what they do</source>
        <translation>按键及其作用</translation>
    </message>
    <message>
        <source>Deploy a manifest</source>
        <translation>部署清单</translation>
    </message>
    <message>
        <source>Add a node</source>
        <translation>添加节点</translation>
    </message>
    <message>
        <source>Pause or resume the cluster&apos;s time</source>
        <translation>暂停或恢复集群的时间</translation>
    </message>
    <message>
        <source>Let one step happen</source>
        <translation>执行一步</translation>
    </message>
    <message>
        <source>Time goes faster</source>
        <translation>时间加快</translation>
    </message>
    <message>
        <source>Time goes slower</source>
        <translation>时间放慢</translation>
    </message>
    <message>
        <source>Show only trouble</source>
        <translation>只看问题</translation>
    </message>
    <message>
        <source>Timeline</source>
        <translation>时间线</translation>
    </message>
    <message>
        <source>Feed</source>
        <translation>动态</translation>
    </message>
    <message>
        <source>Who acts next</source>
        <translation>接下来谁行动</translation>
    </message>
    <message>
        <source>Logs</source>
        <translation>日志</translation>
    </message>
    <message>
        <source>Terminal</source>
        <translation>终端</translation>
    </message>
    <message>
        <source>Forwarded ports</source>
        <translation>已转发的端口</translation>
    </message>
    <message>
        <source>Light or dark</source>
        <translation>浅色或深色</translation>
    </message>
    <message>
        <source>Details</source>
        <translation>详情</translation>
    </message>
    <message>
        <source>Its YAML</source>
        <translation>其 YAML</translation>
    </message>
    <message>
        <source>Edit</source>
        <translation>编辑</translation>
    </message>
    <message>
        <source>Logs of its previous life</source>
        <translation>上次运行的日志</translation>
    </message>
    <message>
        <source>Shell in a pod</source>
        <translation>Pod 中的 Shell</translation>
    </message>
    <message>
        <source>Forward a port</source>
        <translation>转发端口</translation>
    </message>
    <message>
        <source>Delete</source>
        <translation>删除</translation>
    </message>
    <message>
        <source>Cordon or uncordon a node</source>
        <translation>封锁或解封节点</translation>
    </message>
    <message>
        <source>Drain a node</source>
        <translation>排空节点</translation>
    </message>
    <message>
        <source>Into a node, to its pods</source>
        <translation>进入节点，到其 Pod</translation>
    </message>
    <message>
        <source>Out again</source>
        <translation>返回上层</translation>
    </message>
    <message>
        <source>One step back</source>
        <translation>后退一步</translation>
    </message>
    <message>
        <source>One step on</source>
        <translation>前进一步</translation>
    </message>
    <message>
        <source>Play or stop</source>
        <translation>播放或停止</translation>
    </message>
    <message>
        <source>Play faster</source>
        <translation>加快播放</translation>
    </message>
    <message>
        <source>Play slower</source>
        <translation>放慢播放</translation>
    </message>
    <message>
        <source>As far back as there is</source>
        <translation>回到最早</translation>
    </message>
    <message>
        <source>Back to the present</source>
        <translation>回到现在</translation>
    </message>
    <message>
        <source>Everywhere</source>
        <translation>随处</translation>
    </message>
    <message>
        <source>What is selected</source>
        <translation>所选对象</translation>
    </message>
    <message>
        <source>On the map</source>
        <translation>在地图上</translation>
    </message>
    <message>
        <source>On the timeline</source>
        <translation>在时间线上</translation>
    </message>
    <message>
        <source>“%1” has its keys for good.</source>
        <translation>“%1”的按键固定不变。</translation>
    </message>
    <message>
        <source>That is no key.</source>
        <translation>这不是按键。</translation>
    </message>
    <message>
        <source>%1 moves through every window and stays as it is.</source>
        <translation>%1 用于在所有窗口中移动，保持不变。</translation>
    </message>
    <message>
        <source>%1 is taken: “%2” (%3). Give that another key first.</source>
        <translation>%1 已被占用：“%2”（%3）。请先为其更换按键。</translation>
    </message>
    <message>
        <source>Mark the row of a table</source>
        <translation>标记表格行</translation>
    </message>
    <message>
        <source>All of the server&apos;s columns</source>
        <translation>服务器的全部列</translation>
    </message>
    <message>
        <source>To what is at the left</source>
        <translation>到左边的项</translation>
    </message>
    <message>
        <source>To what is at the right</source>
        <translation>到右边的项</translation>
    </message>
    <message>
        <source>To what is above</source>
        <translation>到上面的项</translation>
    </message>
    <message>
        <source>To what is below</source>
        <translation>到下面的项</translation>
    </message>
    <message>
        <source>Apply the manifest</source>
        <translation>应用清单</translation>
    </message>
    <message>
        <source>Try it: a dry run</source>
        <translation>试一试：试运行</translation>
    </message>
    <message>
        <source>What can be written here</source>
        <translation>这里可以写什么</translation>
    </message>
    <message>
        <source>In the editor</source>
        <translation>在编辑器中</translation>
    </message>
    <message>
        <source>%1 is written in the editor: hold Ctrl or Alt with it.</source>
        <translation>%1 在编辑器中用于输入：请同时按住 Ctrl 或 Alt。</translation>
    </message>
</context>
<context>
    <name>wheelhouse::ui::LogsView</name>
    <message>
        <source>No log chosen</source>
        <translation>未选择日志</translation>
    </message>
    <message>
        <source>Log</source>
        <translation>日志</translation>
    </message>
    <message>
        <source>Container</source>
        <translation>容器</translation>
    </message>
    <message>
        <source>Previous</source>
        <translation>上一次</translation>
    </message>
    <message>
        <source>The run before the last restart</source>
        <translation>上次重启之前的运行</translation>
    </message>
    <message>
        <source>Wrap</source>
        <translation>自动换行</translation>
    </message>
    <message>
        <source>Follow</source>
        <translation>跟随</translation>
    </message>
    <message>
        <source>Search the log</source>
        <translation>搜索日志</translation>
    </message>
    <message>
        <source>live</source>
        <translation>实时</translation>
    </message>
    <message>
        <source>previous run</source>
        <translation>上次运行</translation>
    </message>
    <message>
        <source>ended</source>
        <translation>已结束</translation>
    </message>
    <message>
        <source>%1+</source>
        <translation>%1+</translation>
    </message>
    <message>
        <source>1 hit</source>
        <translation>1 处匹配</translation>
    </message>
    <message>
        <source>%1 hits</source>
        <translation>%1 处匹配</translation>
    </message>
    <message>
        <source>Select a pod on the map or in a table to read what its containers write; of a deployment, press l to read all its pods together.</source>
        <translation>在地图或表格中选择一个 Pod，即可阅读其容器的输出；选择 Deployment 并按 l，可一起阅读它的所有 Pod。</translation>
    </message>
    <message>
        <source>Save the log</source>
        <translation>保存日志</translation>
    </message>
    <message>
        <source>Save what is shown to a file</source>
        <translation>把显示的内容保存到文件</translation>
    </message>
    <message>
        <source>Times</source>
        <translation>时间</translation>
    </message>
    <message>
        <source>When each line was written</source>
        <translation>每行的写入时间</translation>
    </message>
    <message>
        <source>Only matches</source>
        <translation>仅匹配</translation>
    </message>
    <message>
        <source>Show only the lines that hold what is searched for</source>
        <translation>只显示包含搜索内容的行</translation>
    </message>
    <message>
        <source>Newest</source>
        <translation>最新</translation>
    </message>
    <message>
        <source>How far back the log is read</source>
        <translation>日志向前读取的范围</translation>
    </message>
    <message>
        <source>Last minute</source>
        <translation>最近 1 分钟</translation>
    </message>
    <message>
        <source>Last 5 minutes</source>
        <translation>最近 5 分钟</translation>
    </message>
    <message>
        <source>Last 15 minutes</source>
        <translation>最近 15 分钟</translation>
    </message>
    <message>
        <source>Last hour</source>
        <translation>最近 1 小时</translation>
    </message>
    <message>
        <source>Last day</source>
        <translation>最近 1 天</translation>
    </message>
    <message>
        <source>%1 of %2 logs</source>
        <translation>%2 个日志中的 %1 个</translation>
    </message>
    <message>
        <source>live, %1 logs</source>
        <translation>实时，%1 个日志</translation>
    </message>
    <message>
        <source>could not be saved</source>
        <translation>无法保存</translation>
    </message>
    <message>
        <source>%1 cannot be written.</source>
        <translation>无法写入 %1。</translation>
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
        <translation>立即重试</translation>
    </message>
    <message>
        <source>Map</source>
        <translation>地图</translation>
    </message>
    <message>
        <source>Objects</source>
        <translation>对象</translation>
    </message>
    <message>
        <source>Verdicts</source>
        <translation>裁决</translation>
    </message>
    <message>
        <source>Scaling</source>
        <translation>伸缩</translation>
    </message>
    <message>
        <source>Dock</source>
        <translation>停靠栏</translation>
    </message>
    <message>
        <source>Timeline</source>
        <translation>时间线</translation>
    </message>
    <message>
        <source>Feed</source>
        <translation>动态</translation>
    </message>
    <message>
        <source>Next</source>
        <translation>接下来</translation>
    </message>
    <message>
        <source>Logs</source>
        <translation>日志</translation>
    </message>
    <message>
        <source>YAML</source>
        <translation>YAML</translation>
    </message>
    <message>
        <source>You</source>
        <translation>你</translation>
    </message>
    <message>
        <source>Refused</source>
        <translation>被拒绝</translation>
    </message>
    <message>
        <source>Not done: %1 %2</source>
        <translation>未完成：%1 %2</translation>
    </message>
    <message>
        <source>%1 does not answer: %2. What you see is the last known state; it is tried again by itself.</source>
        <translation>%1 没有响应：%2。你看到的是最后已知的状态，系统会自动重试。</translation>
    </message>
    <message>
        <source>Next step</source>
        <translation>下一步</translation>
    </message>
    <message>
        <source>Go on</source>
        <translation>继续</translation>
    </message>
    <message>
        <source>The cluster&apos;s time stands still: controllers, the scheduler and leases wait. You can still change things.</source>
        <translation>集群时间已停止：控制器、调度器和租约都在等待。你仍可进行更改。</translation>
    </message>
    <message>
        <source>began to drain %1.</source>
        <translation>开始排空 %1。</translation>
    </message>
    <message>
        <source>Stop draining</source>
        <translation>停止排空</translation>
    </message>
    <message>
        <source>stopped draining %1.</source>
        <translation>停止排空 %1。</translation>
    </message>
    <message>
        <source>Draining %1: one pod is left.</source>
        <translation>正在排空 %1：还剩一个 Pod。</translation>
    </message>
    <message>
        <source>Draining %1: %2 pods are left.</source>
        <translation>正在排空 %1：还剩 %2 个 Pod。</translation>
    </message>
    <message>
        <source>drained %1 and removed it.</source>
        <translation>排空并移除了 %1。</translation>
    </message>
    <message>
        <source>drained %1.</source>
        <translation>排空了 %1。</translation>
    </message>
    <message>
        <source>%1 is not drained: %2</source>
        <translation>%1 未排空：%2</translation>
    </message>
    <message>
        <source>Copy kubectl command</source>
        <translation>复制 kubectl 命令</translation>
    </message>
    <message>
        <source>Back to the present</source>
        <translation>回到现在</translation>
    </message>
    <message>
        <source>The past: %1, revision %2. It can be looked at, not changed.</source>
        <translation>过去：%1，修订 %2。只能查看，不能更改。</translation>
    </message>
    <message>
        <source>The history of revision %1 is gone; the tape begins later now.</source>
        <translation>修订 %1 的历史已被清除，时间线现在从更晚处开始。</translation>
    </message>
    <message>
        <source>The past cannot be shown: %1</source>
        <translation>无法显示过去：%1</translation>
    </message>
    <message>
        <source>Open</source>
        <translation>打开</translation>
    </message>
    <message>
        <source>Evict…</source>
        <translation>驱逐…</translation>
    </message>
    <message>
        <source>Delete pod…</source>
        <translation>删除 Pod…</translation>
    </message>
    <message>
        <source>Power on</source>
        <translation>开机</translation>
    </message>
    <message>
        <source>Cut power…</source>
        <translation>切断电源…</translation>
    </message>
    <message>
        <source>Uncordon</source>
        <translation>解除封锁</translation>
    </message>
    <message>
        <source>Cordon</source>
        <translation>封锁</translation>
    </message>
    <message>
        <source>Drain and remove…</source>
        <translation>排空并移除…</translation>
    </message>
    <message>
        <source>Drain…</source>
        <translation>排空…</translation>
    </message>
    <message>
        <source>Remove…</source>
        <translation>移除…</translation>
    </message>
    <message>
        <source>Terminal</source>
        <translation>终端</translation>
    </message>
    <message>
        <source>Forwards</source>
        <translation>端口转发</translation>
    </message>
    <message>
        <source>Shell</source>
        <translation>终端</translation>
    </message>
    <message>
        <source>Forward a port…</source>
        <translation>转发端口…</translation>
    </message>
    <message>
        <source>stopped forwarding %1.</source>
        <translation>停止了 %1 的转发。</translation>
    </message>
    <message>
        <source>No shell in %1: %2</source>
        <translation>无法在 %1 中打开终端：%2</translation>
    </message>
    <message>
        <source>opened a shell in %1.</source>
        <translation>在 %1 中打开了终端。</translation>
    </message>
    <message>
        <source>%1 cannot be forwarded: %2</source>
        <translation>无法转发 %1：%2</translation>
    </message>
    <message>
        <source>%1 pods</source>
        <translation>%1 个 Pod</translation>
    </message>
    <message>
        <source>No logs of %1: %2</source>
        <translation>没有 %1 的日志：%2</translation>
    </message>
    <message>
        <source>it chooses no pods.</source>
        <translation>它没有选择任何 Pod。</translation>
    </message>
    <message>
        <source>forwarded %1.</source>
        <translation>转发了 %1。</translation>
    </message>
    <message>
        <source>Access</source>
        <translation>访问权限</translation>
    </message>
    <message>
        <source>The cluster as a map</source>
        <translation>集群地图</translation>
    </message>
    <message>
        <source>Everything as tables</source>
        <translation>以表格显示所有内容</translation>
    </message>
    <message>
        <source>Why every pod is where it is</source>
        <translation>每个 Pod 为什么在它所在的位置</translation>
    </message>
    <message>
        <source>Autoscalers and pools of nodes</source>
        <translation>自动扩缩器和节点池</translation>
    </message>
    <message>
        <source>Failures</source>
        <translation>故障</translation>
    </message>
    <message>
        <source>Break things on purpose</source>
        <translation>故意制造故障</translation>
    </message>
    <message>
        <source>Who can do what</source>
        <translation>谁可以做什么</translation>
    </message>
    <message>
        <source>Faults to drag onto nodes, zones and pods</source>
        <translation>可拖到节点、可用区和 Pod 上的故障</translation>
    </message>
    <message>
        <source>Only a Wheelhouse lab can break things on purpose</source>
        <translation>只有 Wheelhouse 实验室可以有意制造故障</translation>
    </message>
    <message>
        <source>Break</source>
        <translation>破坏</translation>
    </message>
    <message>
        <source>Mend: %1</source>
        <translation>修复：%1</translation>
    </message>
    <message>
        <source>Kill its containers…</source>
        <translation>杀死其容器…</translation>
    </message>
    <message>
        <source>%1 cannot be edited: %2</source>
        <translation>无法编辑 %1：%2</translation>
    </message>
    <message>
        <source>Start</source>
        <translation>开始</translation>
    </message>
    <message>
        <source>What this computer can do, and nodes to begin with</source>
        <translation>本机的能力，以及初始节点</translation>
    </message>
    <message>
        <source>The shop could not be made: %1</source>
        <translation>无法创建商店：%1</translation>
    </message>
    <message>
        <source>Logs are followed in one namespace at a time: mark pods of one.</source>
        <translation>日志一次只能跟踪一个命名空间：请标记同一命名空间的 Pod。</translation>
    </message>
    <message>
        <source>As the desktop</source>
        <translation>跟随桌面</translation>
    </message>
    <message>
        <source>Light</source>
        <translation>浅色</translation>
    </message>
    <message>
        <source>Dark</source>
        <translation>深色</translation>
    </message>
    <message>
        <source>Usual colours</source>
        <translation>通常配色</translation>
    </message>
    <message>
        <source>Colours for red–green colour blindness</source>
        <translation>红绿色盲配色</translation>
    </message>
    <message>
        <source>Colours for blue–yellow colour blindness</source>
        <translation>蓝黄色盲配色</translation>
    </message>
    <message>
        <source>Projector: large type, thick lines</source>
        <translation>投影：大字体，粗线条</translation>
    </message>
    <message>
        <source>Nothing moves</source>
        <translation>减少动画</translation>
    </message>
    <message>
        <source>Keys and what they do</source>
        <translation>按键及其作用</translation>
    </message>
    <message>
        <source>This computer and first nodes</source>
        <translation>本机与首批节点</translation>
    </message>
</context>
<context>
    <name>wheelhouse::ui::MapDrag</name>
    <message>
        <source>%1 is too large for a manifest.</source>
        <translation>%1 太大，不能作为清单。</translation>
    </message>
    <message>
        <source>%1 cannot be read: %2.</source>
        <translation>无法读取 %1：%2。</translation>
    </message>
</context>
<context>
    <name>wheelhouse::ui::MapPage</name>
    <message>
        <source>Map</source>
        <translation>地图</translation>
    </message>
    <message>
        <source>by zone</source>
        <translation>按可用区</translation>
    </message>
    <message>
        <source>zone</source>
        <translation>可用区</translation>
    </message>
    <message>
        <source>only trouble</source>
        <translation>仅看异常</translation>
    </message>
    <message>
        <source>Add node</source>
        <translation>添加节点</translation>
    </message>
    <message>
        <source>Add a node</source>
        <translation>添加一个节点</translation>
    </message>
    <message>
        <source>Cluster map of the past</source>
        <translation>过去的集群地图</translation>
    </message>
    <message>
        <source>The cluster does not answer yet</source>
        <translation>集群尚未响应</translation>
    </message>
    <message>
        <source>Add virtual machines or simulated nodes</source>
        <translation>添加虚拟机或模拟节点</translation>
    </message>
    <message>
        <source>Only a Wheelhouse lab can make nodes: this cluster does not serve Machines</source>
        <translation>只有 Wheelhouse 实验环境能创建节点：此集群不提供 Machine</translation>
    </message>
    <message>
        <source>A cluster without nodes</source>
        <translation>没有节点的集群</translation>
    </message>
    <message>
        <source>The control plane runs. Pods need a node to run on: add a virtual machine, or a simulated node to try things at once.</source>
        <translation>控制平面正在运行。Pod 需要节点：添加一台虚拟机，或添加模拟节点立即体验。</translation>
    </message>
    <message>
        <source>The control plane answers, but no node has joined it yet.</source>
        <translation>控制平面有响应，但尚无节点加入。</translation>
    </message>
    <message>
        <source>The cluster does not answer</source>
        <translation>集群没有响应</translation>
    </message>
    <message>
        <source>Connecting…</source>
        <translation>正在连接…</translation>
    </message>
    <message>
        <source>The map fills as soon as the cluster answers.</source>
        <translation>集群响应后地图即会显示。</translation>
    </message>
    <message>
        <source>The past can be looked at, not changed</source>
        <translation>过去只能查看，不能更改</translation>
    </message>
    <message>
        <source>by pool</source>
        <translation>按池</translation>
    </message>
    <message>
        <source>by namespace</source>
        <translation>按命名空间</translation>
    </message>
    <message>
        <source>by owner</source>
        <translation>按所有者</translation>
    </message>
    <message>
        <source>pool</source>
        <translation>池</translation>
    </message>
    <message>
        <source>namespace</source>
        <translation>命名空间</translation>
    </message>
    <message>
        <source>owner</source>
        <translation>所有者</translation>
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
        <translation>内存</translation>
    </message>
    <message>
        <source>no pods yet</source>
        <translation>尚无 Pod</translation>
    </message>
    <message>
        <source>its processors stand still</source>
        <translation>其处理器已静止</translation>
    </message>
    <message>
        <source>switched off</source>
        <translation>已关闭</translation>
    </message>
    <message>
        <source>no node fits</source>
        <translation>没有合适的节点</translation>
    </message>
    <message>
        <source>waiting</source>
        <translation>等待中</translation>
    </message>
    <message>
        <source>Cluster map</source>
        <translation>集群地图</translation>
    </message>
    <message>
        <source>nodes</source>
        <translation>节点</translation>
    </message>
    <message>
        <source>no zone</source>
        <translation>无可用区</translation>
    </message>
    <message>
        <source>zone %1</source>
        <translation>可用区 %1</translation>
    </message>
    <message>
        <source>virtual machines</source>
        <translation>虚拟机</translation>
    </message>
    <message>
        <source>1 node</source>
        <translation>1 个节点</translation>
    </message>
    <message>
        <source>%1 nodes</source>
        <translation>%1 个节点</translation>
    </message>
    <message>
        <source>Scheduler</source>
        <translation>调度器</translation>
    </message>
    <message>
        <source>queue</source>
        <translation>队列</translation>
    </message>
    <message>
        <source>queue · %1</source>
        <translation>队列 · %1</translation>
    </message>
    <message>
        <source>Nothing waits for a node.</source>
        <translation>没有 Pod 在等待节点。</translation>
    </message>
    <message>
        <source>and %1 more</source>
        <translation>另有 %1 个</translation>
    </message>
    <message>
        <source>would go here</source>
        <translation>会放到这里</translation>
    </message>
    <message>
        <source>%1 · %2 · %3</source>
        <translation>%1 · %2 · %3</translation>
    </message>
    <message>
        <source>Pods: %1, asking for %2 of %3 CPU and %4 of %5 memory</source>
        <translation>Pod：%1，请求 CPU %2（共 %3）、内存 %4（共 %5）</translation>
    </message>
    <message>
        <source>%1 in %2 · %3</source>
        <translation>%2 中的 %1 · %3</translation>
    </message>
    <message>
        <source>%1 of %2 ready</source>
        <translation>%2 个中 %1 个就绪</translation>
    </message>
    <message>
        <source>1 application</source>
        <translation>1 个应用</translation>
    </message>
    <message>
        <source>%1 applications</source>
        <translation>%1 个应用</translation>
    </message>
    <message>
        <source>1 owner</source>
        <translation>1 个所有者</translation>
    </message>
    <message>
        <source>%1 owners</source>
        <translation>%1 个所有者</translation>
    </message>
    <message>
        <source>Broken on purpose: %1 (%2)</source>
        <translation>有意的故障：%1（%2）</translation>
    </message>
    <message>
        <source>%1 ⇄ control plane</source>
        <translation>%1 ⇄ 控制平面</translation>
    </message>
    <message>
        <source>Broken on purpose: %1</source>
        <translation>有意的故障：%1</translation>
    </message>
    <message>
        <source>Press to cut or slow it</source>
        <translation>按下以切断或减速</translation>
    </message>
    <message>
        <source>Press to mend it</source>
        <translation>按下以修复</translation>
    </message>
</context>
<context>
    <name>wheelhouse::ui::MarkBar</name>
    <message>
        <source>Logs</source>
        <translation>日志</translation>
    </message>
    <message>
        <source>Cordon</source>
        <translation>封锁</translation>
    </message>
    <message>
        <source>Uncordon</source>
        <translation>解除封锁</translation>
    </message>
    <message>
        <source>Cancel</source>
        <translation>取消</translation>
    </message>
    <message>
        <source>Delete…</source>
        <translation>删除…</translation>
    </message>
    <message>
        <source>Unmark all</source>
        <translation>取消所有标记</translation>
    </message>
    <message>
        <source>Delete the object that is marked?</source>
        <translation>删除已标记的对象？</translation>
    </message>
    <message>
        <source>Delete the %1 objects that are marked?</source>
        <translation>删除已标记的 %1 个对象？</translation>
    </message>
    <message>
        <source>1 marked</source>
        <translation>已标记 1 个</translation>
    </message>
    <message>
        <source>%1 marked</source>
        <translation>已标记 %1 个</translation>
    </message>
    <message>
        <source>Delete %1</source>
        <translation>删除 %1 个</translation>
    </message>
</context>
<context>
    <name>wheelhouse::ui::NextActionsModel</name>
    <message>
        <source>at work</source>
        <translation>正在处理</translation>
    </message>
    <message>
        <source>waits for its turn</source>
        <translation>等待轮到</translation>
    </message>
    <message>
        <source>waits for its time</source>
        <translation>等待时间到</translation>
    </message>
    <message>
        <source>fits nowhere; tried again when something changes</source>
        <translation>无处可放；有变化时重试</translation>
    </message>
    <message>
        <source>is being bound to its node</source>
        <translation>正在绑定到节点</translation>
    </message>
    <message>
        <source>failed once</source>
        <translation>失败过一次</translation>
    </message>
    <message>
        <source>failed %1 times</source>
        <translation>失败过 %1 次</translation>
    </message>
    <message>
        <source>%1: %2</source>
        <translation>%1：%2</translation>
    </message>
    <message>
        <source>now</source>
        <translation>现在</translation>
    </message>
    <message>
        <source>in %1 s</source>
        <translation>%1 秒后</translation>
    </message>
    <message>
        <source>in %1:%2</source>
        <translation>%1:%2 后</translation>
    </message>
    <message>
        <source>in %1 h %2 min</source>
        <translation>%1 小时 %2 分后</translation>
    </message>
    <message>
        <source>When</source>
        <translation>何时</translation>
    </message>
    <message>
        <source>Who</source>
        <translation>谁</translation>
    </message>
    <message>
        <source>What</source>
        <translation>什么</translation>
    </message>
    <message>
        <source>Why</source>
        <translation>原因</translation>
    </message>
</context>
<context>
    <name>wheelhouse::ui::NextView</name>
    <message>
        <source>Machines stand still too</source>
        <translation>机器也静止</translation>
    </message>
    <message>
        <source>Let it act</source>
        <translation>让它行动</translation>
    </message>
    <message>
        <source>Next step</source>
        <translation>下一步</translation>
    </message>
    <message>
        <source>Who acts next</source>
        <translation>接下来谁行动</translation>
    </message>
    <message>
        <source>This cluster does not tell what its controllers wait for.</source>
        <translation>此集群不透露其控制器在等待什么。</translation>
    </message>
    <message>
        <source>What controllers and the scheduler wait for, soonest first. Stop the time to go step by step.</source>
        <translation>控制器和调度器在等待什么，最近的在前。停止时间即可逐步进行。</translation>
    </message>
    <message>
        <source>Time stands still. Nothing acts until you take a step or let it go on.</source>
        <translation>时间已停止。在你走一步或让它继续之前，什么都不会行动。</translation>
    </message>
    <message>
        <source>Time stands still. The last step: %1.</source>
        <translation>时间已停止。上一步：%1。</translation>
    </message>
    <message>
        <source>Choose who acts</source>
        <translation>选择谁来行动</translation>
    </message>
    <message>
        <source>Only %1 takes the step, others wait</source>
        <translation>只有 %1 走这一步，其他等待</translation>
    </message>
</context>
<context>
    <name>wheelhouse::ui::NodeBin</name>
    <message>
        <source>Bin</source>
        <translation>回收站</translation>
    </message>
    <message>
        <source>Drag a node here to drain and remove it, or a pod to evict it</source>
        <translation>把节点拖到这里可排空并移除，把 Pod 拖来可驱逐</translation>
    </message>
    <message>
        <source>drain and remove</source>
        <translation>排空并移除</translation>
    </message>
</context>
<context>
    <name>wheelhouse::ui::NodeForm</name>
    <message>
        <source>Virtual machine</source>
        <translation>虚拟机</translation>
    </message>
    <message>
        <source>Simulated</source>
        <translation>模拟</translation>
    </message>
    <message>
        <source>How many</source>
        <translation>数量</translation>
    </message>
    <message>
        <source>Processors each</source>
        <translation>每个的处理器</translation>
    </message>
    <message>
        <source>Memory each</source>
        <translation>每个的内存</translation>
    </message>
    <message>
        <source>Zone</source>
        <translation>可用区</translation>
    </message>
    <message>
        <source>none; several, with commas, are taken in turn</source>
        <translation>无；可用逗号分隔多个，轮流使用</translation>
    </message>
    <message>
        <source>Add %1 nodes</source>
        <translation>添加 %1 个节点</translation>
    </message>
    <message>
        <source>Add simulated node</source>
        <translation>添加模拟节点</translation>
    </message>
    <message>
        <source>Add VM node</source>
        <translation>添加虚拟机节点</translation>
    </message>
    <message>
        <source>The same node agent on a runtime that only pretends: starts at once, costs almost nothing. Pods must ask for it.</source>
        <translation>同样的节点代理，运行在只做模拟的运行时上：立即启动，几乎不耗资源。Pod 需要主动要求。</translation>
    </message>
    <message>
        <source>A Linux machine of its own with containerd. Takes a few seconds to come up.</source>
        <translation>一台带有 containerd 的独立 Linux 机器。启动需要几秒钟。</translation>
    </message>
</context>
<context>
    <name>wheelhouse::ui::NodeProgress</name>
    <message>
        <source>came up in %1</source>
        <translation>启动用时 %1</translation>
    </message>
    <message>
        <source>Node</source>
        <translation>节点</translation>
    </message>
    <message>
        <source>Kind</source>
        <translation>类型</translation>
    </message>
    <message>
        <source>State</source>
        <translation>状态</translation>
    </message>
    <message>
        <source>Last step</source>
        <translation>最后一步</translation>
    </message>
</context>
<context>
    <name>wheelhouse::ui::ObjectTable</name>
    <message>
        <source>Namespace</source>
        <translation>命名空间</translation>
    </message>
</context>
<context>
    <name>wheelhouse::ui::ObjectsView</name>
    <message>
        <source>Workloads</source>
        <translation>工作负载</translation>
    </message>
    <message>
        <source>Network</source>
        <translation>网络</translation>
    </message>
    <message>
        <source>Configuration</source>
        <translation>配置</translation>
    </message>
    <message>
        <source>Cluster</source>
        <translation>集群</translation>
    </message>
    <message>
        <source>Lab</source>
        <translation>实验环境</translation>
    </message>
    <message>
        <source>Kinds</source>
        <translation>类型</translation>
    </message>
    <message>
        <source>Objects</source>
        <translation>对象</translation>
    </message>
    <message>
        <source>Filter: text, !not, -l app=web</source>
        <translation>过滤：文本、!排除、-l app=web</translation>
    </message>
    <message>
        <source>Filter rows</source>
        <translation>过滤行</translation>
    </message>
    <message>
        <source>Wide</source>
        <translation>宽</translation>
    </message>
    <message>
        <source>All of the server&apos;s columns</source>
        <translation>服务器的全部列</translation>
    </message>
    <message>
        <source>Deploy a manifest</source>
        <translation>部署清单</translation>
    </message>
    <message>
        <source>Other</source>
        <translation>其他</translation>
    </message>
    <message>
        <source>%1 of %2</source>
        <translation>%1 / %2</translation>
    </message>
    <message>
        <source>Not connected yet</source>
        <translation>尚未连接</translation>
    </message>
    <message>
        <source>What this cluster holds is listed here as soon as it answers.</source>
        <translation>集群响应后，其内容会列在这里。</translation>
    </message>
    <message>
        <source>Loading…</source>
        <translation>正在加载…</translation>
    </message>
    <message>
        <source>Could not list %1</source>
        <translation>无法列出 %1</translation>
    </message>
    <message>
        <source>%1
It is tried again by itself.</source>
        <translation>%1
系统会自动重试。</translation>
    </message>
    <message>
        <source>Nothing matches</source>
        <translation>没有匹配项</translation>
    </message>
    <message>
        <source>No row holds “%1”. Clear the filter to see all %2.</source>
        <translation>没有包含“%1”的行。清除过滤条件即可查看全部 %2 项。</translation>
    </message>
    <message>
        <source>No %1 yet</source>
        <translation>尚无 %1</translation>
    </message>
    <message>
        <source>No %1 in %2</source>
        <translation>%2 中没有 %1</translation>
    </message>
    <message>
        <source>Objects are made from manifests. Apply one here, or with kubectl, and it appears at once.</source>
        <translation>对象由清单创建。在这里或用 kubectl 应用一份清单，它会立即出现。</translation>
    </message>
    <message>
        <source>Columns</source>
        <translation>列</translation>
    </message>
    <message>
        <source>Which columns are seen, and columns of your own</source>
        <translation>显示哪些列，以及自定义列</translation>
    </message>
    <message>
        <source>A column of your own needs the schema of %1, which this program has not got.</source>
        <translation>自定义列需要 %1 的模式，而本程序没有它。</translation>
    </message>
</context>
<context>
    <name>wheelhouse::ui::PaletteBar</name>
    <message>
        <source>Your YAML</source>
        <translation>你的 YAML</translation>
    </message>
    <message>
        <source>Build</source>
        <translation>构建</translation>
    </message>
    <message>
        <source>Break</source>
        <translation>破坏</translation>
    </message>
    <message>
        <source>a file or a Helm chart</source>
        <translation>文件或 Helm chart</translation>
    </message>
</context>
<context>
    <name>wheelhouse::ui::PaletteItem</name>
    <message>
        <source>Drag it onto a zone or a node, or press it</source>
        <translation>拖到可用区或节点上，或直接点击</translation>
    </message>
</context>
<context>
    <name>wheelhouse::ui::PanelFoot</name>
    <message>
        <source>Open in the editor</source>
        <translation>在编辑器中打开</translation>
    </message>
    <message>
        <source>Cancel</source>
        <translation>取消</translation>
    </message>
</context>
<context>
    <name>wheelhouse::ui::PlaceField</name>
    <message>
        <source>Nodes</source>
        <translation>节点</translation>
    </message>
    <message>
        <source>Zone</source>
        <translation>可用区</translation>
    </message>
    <message>
        <source>All</source>
        <translation>全部</translation>
    </message>
    <message>
        <source>Control plane</source>
        <translation>控制平面</translation>
    </message>
    <message>
        <source>names, with commas between them</source>
        <translation>名称，以逗号分隔</translation>
    </message>
    <message>
        <source>the zone&apos;s name</source>
        <translation>可用区名称</translation>
    </message>
</context>
<context>
    <name>wheelhouse::ui::PortForwards</name>
    <message>
        <source>more than %1 connections at once</source>
        <translation>同时的连接超过 %1 个</translation>
    </message>
    <message>
        <source>the service chooses no pods</source>
        <translation>该 Service 没有选择任何 Pod</translation>
    </message>
    <message>
        <source>no pod of the service is ready</source>
        <translation>该 Service 没有就绪的 Pod</translation>
    </message>
    <message>
        <source>the pod has no such port</source>
        <translation>该 Pod 没有这个端口</translation>
    </message>
    <message>
        <source>listening</source>
        <translation>监听中</translation>
    </message>
    <message>
        <source>Target</source>
        <translation>目标</translation>
    </message>
    <message>
        <source>Namespace</source>
        <translation>命名空间</translation>
    </message>
    <message>
        <source>Here</source>
        <translation>本机</translation>
    </message>
    <message>
        <source>Port</source>
        <translation>端口</translation>
    </message>
    <message>
        <source>State</source>
        <translation>状态</translation>
    </message>
    <message>
        <source>Connections</source>
        <translation>连接</translation>
    </message>
    <message>
        <source>Traffic</source>
        <translation>流量</translation>
    </message>
</context>
<context>
    <name>wheelhouse::ui::RoomBars</name>
    <message>
        <source>Room on this computer</source>
        <translation>本机余量</translation>
    </message>
    <message>
        <source>Memory</source>
        <translation>内存</translation>
    </message>
    <message>
        <source>%1 of %2</source>
        <translation>%1 / %2</translation>
    </message>
    <message>
        <source>Processors</source>
        <translation>处理器</translation>
    </message>
</context>
<context>
    <name>wheelhouse::ui::ScalingChart</name>
    <message>
        <source>replicas</source>
        <translation>副本数</translation>
    </message>
    <message>
        <source>measured ÷ wanted</source>
        <translation>实测 ÷ 目标</translation>
    </message>
    <message>
        <source>metric</source>
        <translation>指标</translation>
    </message>
    <message>
        <source>target</source>
        <translation>目标</translation>
    </message>
    <message>
        <source>metric asks for</source>
        <translation>指标要求</translation>
    </message>
    <message>
        <source>stabilised</source>
        <translation>稳定后</translation>
    </message>
    <message>
        <source>decided</source>
        <translation>决定</translation>
    </message>
    <message>
        <source>Trace of the autoscaler</source>
        <translation>自动伸缩轨迹</translation>
    </message>
</context>
<context>
    <name>wheelhouse::ui::ScalingModel</name>
    <message>
        <source>%1: %2 of %3</source>
        <translation>%1：%2（目标 %3）</translation>
    </message>
    <message>
        <source>%1: %2</source>
        <translation>%1：%2</translation>
    </message>
    <message>
        <source>failed</source>
        <translation>失败</translation>
    </message>
    <message>
        <source>switched off</source>
        <translation>已关闭</translation>
    </message>
    <message>
        <source>stays at %1</source>
        <translation>保持 %1</translation>
    </message>
    <message>
        <source>%1 → %2</source>
        <translation>%1 → %2</translation>
    </message>
    <message>
        <source>Time</source>
        <translation>时间</translation>
    </message>
    <message>
        <source>Outcome</source>
        <translation>结果</translation>
    </message>
    <message>
        <source>Metric</source>
        <translation>指标</translation>
    </message>
    <message>
        <source>Why</source>
        <translation>原因</translation>
    </message>
</context>
<context>
    <name>wheelhouse::ui::ScalingPage</name>
    <message>
        <source>Autoscaling</source>
        <translation>自动伸缩</translation>
    </message>
    <message>
        <source>Pods</source>
        <translation>Pod</translation>
    </message>
    <message>
        <source>Pod autoscalers</source>
        <translation>Pod 自动伸缩器</translation>
    </message>
    <message>
        <source>Pools of nodes</source>
        <translation>节点池</translation>
    </message>
    <message>
        <source>Machines in the pool</source>
        <translation>池中的机器</translation>
    </message>
    <message>
        <source>Decisions of the autoscaler</source>
        <translation>自动伸缩器的决定</translation>
    </message>
    <message>
        <source>Machines in %1</source>
        <translation>%1 中的机器</translation>
    </message>
    <message>
        <source>Nothing scales by itself yet</source>
        <translation>尚无自动伸缩</translation>
    </message>
    <message>
        <source>A HorizontalPodAutoscaler changes the number of pods with their load. Apply one, and each of its decisions is drawn here with its reasons.</source>
        <translation>HorizontalPodAutoscaler 会随负载改变 Pod 数量。应用一个，它的每个决定及原因都会画在这里。</translation>
    </message>
    <message>
        <source>No reasons here</source>
        <translation>这里没有原因</translation>
    </message>
    <message>
        <source>Only the autoscaler of a Wheelhouse lab tells why.</source>
        <translation>只有 Wheelhouse 实验环境的自动伸缩器会说明原因。</translation>
    </message>
    <message>
        <source>Choose an autoscaler</source>
        <translation>选择一个自动伸缩器</translation>
    </message>
    <message>
        <source>Its metric, what it asks for and what became of that are drawn as one chart.</source>
        <translation>它的指标、要求和最终结果会画成一张图。</translation>
    </message>
    <message>
        <source>No decision yet</source>
        <translation>尚无决定</translation>
    </message>
    <message>
        <source>An autoscaler decides every 15 seconds.</source>
        <translation>自动伸缩器每 15 秒决定一次。</translation>
    </message>
</context>
<context>
    <name>wheelhouse::ui::SchemaBook</name>
    <message>
        <source>list of %1</source>
        <translation>%1 列表</translation>
    </message>
    <message>
        <source>map of %1</source>
        <translation>%1 映射</translation>
    </message>
</context>
<context>
    <name>wheelhouse::ui::StartPage</name>
    <message>
        <source>Start</source>
        <translation>开始</translation>
    </message>
    <message>
        <source>The control plane runs already. What it needs now is nodes: real ones, or some that pretend.</source>
        <translation>控制平面已在运行。现在它需要节点：真实的，或模拟的。</translation>
    </message>
    <message>
        <source>Not now</source>
        <translation>以后再说</translation>
    </message>
    <message>
        <source>Only a Wheelhouse lab can make nodes: this cluster does not serve Machines.</source>
        <translation>只有 Wheelhouse 实验室能创建节点：此集群不提供 Machine。</translation>
    </message>
    <message>
        <source>This computer</source>
        <translation>本机</translation>
    </message>
    <message>
        <source>Look again</source>
        <translation>重新检查</translation>
    </message>
    <message>
        <source>Make the sample lab</source>
        <translation>创建示例实验室</translation>
    </message>
    <message>
        <source>Sample lab</source>
        <translation>示例实验室</translation>
    </message>
    <message>
        <source>Six simulated nodes over three zones, and a shop with a database on them: something to look at, and to break.</source>
        <translation>三个可用区中的六个模拟节点，以及其上的商店和数据库：可供观察，也可供破坏。</translation>
    </message>
    <message>
        <source>Use simulated nodes</source>
        <translation>使用模拟节点</translation>
    </message>
    <message>
        <source>Simulated nodes</source>
        <translation>模拟节点</translation>
    </message>
    <message>
        <source>Three nodes that only pretend. They need nothing of this computer and are up at once. Where it can have machines, pods have to tolerate them, as those of the palette do.</source>
        <translation>三个模拟的节点。不占用本机资源，立即可用。本机能运行虚拟机时，Pod 需要容忍它们，面板中的 Pod 均已如此。</translation>
    </message>
    <message>
        <source>Nodes of your own</source>
        <translation>自定义节点</translation>
    </message>
    <message>
        <source>Open the map</source>
        <translation>打开地图</translation>
    </message>
    <message>
        <source>Nodes on their way</source>
        <translation>启动中的节点</translation>
    </message>
    <message>
        <source>Looking at what this computer can do…</source>
        <translation>正在检查本机的能力…</translation>
    </message>
    <message>
        <source>The lab runs on another computer: what that can do is not known here.</source>
        <translation>实验室运行在另一台计算机上：此处无法得知其能力。</translation>
    </message>
    <message>
        <source>%1 of %2 nodes are ready</source>
        <translation>%2 个节点中 %1 个就绪</translation>
    </message>
    <message>
        <source>, %1 in trouble</source>
        <translation>，%1 个有问题</translation>
    </message>
</context>
<context>
    <name>wheelhouse::ui::Stepper</name>
    <message>
        <source>Less</source>
        <translation>减少</translation>
    </message>
    <message>
        <source>More</source>
        <translation>增加</translation>
    </message>
</context>
<context>
    <name>wheelhouse::ui::TerminalScreen</name>
    <message>
        <source>Terminal</source>
        <translation>终端</translation>
    </message>
    <message>
        <source>Every key goes to the program. Ctrl+Tab leaves.</source>
        <translation>所有按键都发送给程序。Ctrl+Tab 离开。</translation>
    </message>
    <message>
        <source>Copy (Ctrl+Shift+C)</source>
        <translation>复制 (Ctrl+Shift+C)</translation>
    </message>
    <message>
        <source>Paste (Ctrl+Shift+V)</source>
        <translation>粘贴 (Ctrl+Shift+V)</translation>
    </message>
    <message>
        <source>Select all (Ctrl+Shift+A)</source>
        <translation>全选 (Ctrl+Shift+A)</translation>
    </message>
</context>
<context>
    <name>wheelhouse::ui::TerminalView</name>
    <message>
        <source>No terminal open</source>
        <translation>没有打开的终端</translation>
    </message>
    <message>
        <source>Select a pod and press s, or Shell in its details, to work inside a container.</source>
        <translation>选择一个 Pod 并按 s，或在详情中点击终端，即可进入容器工作。</translation>
    </message>
    <message>
        <source>Terminals</source>
        <translation>终端</translation>
    </message>
    <message>
        <source>Container</source>
        <translation>容器</translation>
    </message>
    <message>
        <source>Program to run</source>
        <translation>要运行的程序</translation>
    </message>
    <message>
        <source>The program that is run, with its arguments</source>
        <translation>要运行的程序及其参数</translation>
    </message>
    <message>
        <source>Run again</source>
        <translation>再次运行</translation>
    </message>
    <message>
        <source>connecting…</source>
        <translation>正在连接…</translation>
    </message>
    <message>
        <source>running</source>
        <translation>运行中</translation>
    </message>
    <message>
        <source>ended with exit code %1</source>
        <translation>已结束，退出码 %1</translation>
    </message>
    <message>
        <source>Start over</source>
        <translation>重新开始</translation>
    </message>
    <message>
        <source>Close the terminal</source>
        <translation>关闭终端</translation>
    </message>
    <message>
        <source>Close the terminal; its program ends</source>
        <translation>关闭终端；其中的程序随之结束</translation>
    </message>
</context>
<context>
    <name>wheelhouse::ui::TimelineView</name>
    <message>
        <source>Timeline</source>
        <translation>时间线</translation>
    </message>
    <message>
        <source>The past, at %1, revision %2</source>
        <translation>过去，%1，修订 %2</translation>
    </message>
    <message>
        <source>The present</source>
        <translation>现在</translation>
    </message>
    <message>
        <source>%1 · revision %2</source>
        <translation>%1 · 修订 %2</translation>
    </message>
    <message>
        <source>The tape begins with the first thing that happens.</source>
        <translation>时间线从第一件事开始。</translation>
    </message>
    <message>
        <source>live</source>
        <translation>实时</translation>
    </message>
</context>
<context>
    <name>wheelhouse::ui::TopBar</name>
    <message>
        <source>all namespaces</source>
        <translation>所有命名空间</translation>
    </message>
    <message>
        <source>Namespace shown</source>
        <translation>显示的命名空间</translation>
    </message>
    <message>
        <source>Show the nodes</source>
        <translation>显示节点</translation>
    </message>
    <message>
        <source>Show the pods</source>
        <translation>显示 Pod</translation>
    </message>
    <message>
        <source>Pods that wait for a node or are starting</source>
        <translation>等待节点或正在启动的 Pod</translation>
    </message>
    <message>
        <source>Show only trouble</source>
        <translation>仅显示异常</translation>
    </message>
    <message>
        <source>Deploy</source>
        <translation>部署</translation>
    </message>
    <message>
        <source>Apply a manifest</source>
        <translation>应用清单</translation>
    </message>
    <message>
        <source>connecting</source>
        <translation>连接中</translation>
    </message>
    <message>
        <source>live</source>
        <translation>实时</translation>
    </message>
    <message>
        <source>past</source>
        <translation>过去</translation>
    </message>
    <message>
        <source>no answer</source>
        <translation>无响应</translation>
    </message>
    <message>
        <source>1 node</source>
        <translation>1 个节点</translation>
    </message>
    <message>
        <source>%1 nodes</source>
        <translation>%1 个节点</translation>
    </message>
    <message>
        <source>, %1 down</source>
        <translation>，%1 个故障</translation>
    </message>
    <message>
        <source>1 pod</source>
        <translation>1 个 Pod</translation>
    </message>
    <message>
        <source>%1 pods</source>
        <translation>%1 个 Pod</translation>
    </message>
    <message>
        <source>%1 pending</source>
        <translation>%1 等待中</translation>
    </message>
    <message>
        <source>%1 failing</source>
        <translation>%1 异常</translation>
    </message>
    <message>
        <source>Search or run</source>
        <translation>搜索或执行</translation>
    </message>
    <message>
        <source>Go anywhere, do anything</source>
        <translation>前往任意位置，执行任意操作</translation>
    </message>
    <message>
        <source>How it looks, and keys</source>
        <translation>外观与按键</translation>
    </message>
</context>
<context>
    <name>wheelhouse::ui::UsageChart</name>
    <message>
        <source>used</source>
        <translation>已用</translation>
    </message>
    <message>
        <source>asked for</source>
        <translation>请求</translation>
    </message>
    <message>
        <source>at most</source>
        <translation>上限</translation>
    </message>
    <message>
        <source>Processors over time</source>
        <translation>处理器随时间变化</translation>
    </message>
    <message>
        <source>Memory over time</source>
        <translation>内存随时间变化</translation>
    </message>
</context>
<context>
    <name>wheelhouse::ui::UsageModel</name>
    <message>
        <source>Nothing has been measured yet. The first figures come within half a minute, where the cluster has metrics.k8s.io.</source>
        <translation>尚无测量数据。若集群提供 metrics.k8s.io，半分钟内会有首批数据。</translation>
    </message>
</context>
<context>
    <name>wheelhouse::ui::UsagePage</name>
    <message>
        <source>Nothing measured yet</source>
        <translation>尚无测量数据</translation>
    </message>
    <message>
        <source>The cluster is asked what it uses.</source>
        <translation>正在向集群查询用量。</translation>
    </message>
    <message>
        <source>%1: %2 of %3 (%4 %)</source>
        <translation>%1：%2，共 %3（%4 %）</translation>
    </message>
    <message>
        <source>%1: %2</source>
        <translation>%1：%2</translation>
    </message>
    <message>
        <source>%1, %2 asked for</source>
        <translation>%1，请求 %2</translation>
    </message>
    <message>
        <source>Processors</source>
        <translation>处理器</translation>
    </message>
    <message>
        <source>Memory</source>
        <translation>内存</translation>
    </message>
</context>
<context>
    <name>wheelhouse::ui::VerdictMatrix</name>
    <message>
        <source>Nodes and what each plug-in said of them</source>
        <translation>节点以及每个插件对它们的评价</translation>
    </message>
</context>
<context>
    <name>wheelhouse::ui::VerdictModel</name>
    <message>
        <source>%1 µs</source>
        <translation>%1 微秒</translation>
    </message>
    <message>
        <source>%1 ms</source>
        <translation>%1 毫秒</translation>
    </message>
    <message>
        <source>cordon</source>
        <translation>封锁</translation>
    </message>
    <message>
        <source>name</source>
        <translation>名称</translation>
    </message>
    <message>
        <source>taint</source>
        <translation>污点</translation>
    </message>
    <message>
        <source>affinity</source>
        <translation>亲和</translation>
    </message>
    <message>
        <source>ports</source>
        <translation>端口</translation>
    </message>
    <message>
        <source>fit</source>
        <translation>容量</translation>
    </message>
    <message>
        <source>disks</source>
        <translation>磁盘</translation>
    </message>
    <message>
        <source>limits</source>
        <translation>上限</translation>
    </message>
    <message>
        <source>volumes</source>
        <translation>卷</translation>
    </message>
    <message>
        <source>zone</source>
        <translation>可用区</translation>
    </message>
    <message>
        <source>spread</source>
        <translation>分散</translation>
    </message>
    <message>
        <source>pods</source>
        <translation>Pod</translation>
    </message>
    <message>
        <source>balance</source>
        <translation>均衡</translation>
    </message>
    <message>
        <source>image</source>
        <translation>镜像</translation>
    </message>
    <message>
        <source>devices</source>
        <translation>设备</translation>
    </message>
    <message>
        <source>%1 more that fit</source>
        <translation>另有 %1 个可用</translation>
    </message>
    <message>
        <source>%1 more refused</source>
        <translation>另有 %1 个被拒</translation>
    </message>
    <message>
        <source>Sum of the weighted scores</source>
        <translation>加权得分之和</translation>
    </message>
    <message>
        <source>%1 has nothing against %2</source>
        <translation>%1 对 %2 没有异议</translation>
    </message>
    <message>
        <source>%1 refuses %2: %3</source>
        <translation>%1 拒绝 %2：%3</translation>
    </message>
    <message>
        <source>%1: counted %2, that is %3 of 100, times weight %4 = %5</source>
        <translation>%1：计得 %2，即 100 分中的 %3，乘以权重 %4 = %5</translation>
    </message>
    <message>
        <source>Only the best nodes are written down</source>
        <translation>只记录最好的节点</translation>
    </message>
    <message>
        <source>Not asked: another one had refused %1</source>
        <translation>未询问：另一个插件已拒绝 %1</translation>
    </message>
    <message>
        <source>node</source>
        <translation>节点</translation>
    </message>
    <message>
        <source>score</source>
        <translation>得分</translation>
    </message>
    <message>
        <source>weight %1</source>
        <translation>权重 %1</translation>
    </message>
    <message>
        <source>filtering took %1</source>
        <translation>过滤用时 %1</translation>
    </message>
    <message>
        <source>scoring took %1</source>
        <translation>打分用时 %1</translation>
    </message>
    <message>
        <source>%1 nodes have the same score of %2: the lot decided.</source>
        <translation>%1 个节点得分同为 %2：由抽签决定。</translation>
    </message>
    <message>
        <source>%1 against %2 of %3: %4.</source>
        <translation>%1 对 %3 的 %2：%4。</translation>
    </message>
    <message>
        <source>It is the only node that fits.</source>
        <translation>它是唯一合适的节点。</translation>
    </message>
    <message>
        <source>There is no node.</source>
        <translation>没有节点。</translation>
    </message>
    <message>
        <source>%1 is out: %2.</source>
        <translation>%1 出局：%2。</translation>
    </message>
    <message>
        <source>%1 nodes are out: %2.</source>
        <translation>%1 个节点出局：%2。</translation>
    </message>
    <message>
        <source>%1 is being cleared for it.</source>
        <translation>正在为它腾空 %1。</translation>
    </message>
    <message>
        <source>No node can be cleared: %1</source>
        <translation>没有节点可以腾空：%1</translation>
    </message>
    <message>
        <source>%1 would have to lose %2</source>
        <translation>%1 需要移除 %2</translation>
    </message>
    <message>
        <source> (against %1 disruption budgets)</source>
        <translation>（违反 %1 个中断预算）</translation>
    </message>
</context>
<context>
    <name>wheelhouse::ui::VerdictPane</name>
    <message>
        <source>Attempt before</source>
        <translation>上一次尝试</translation>
    </message>
    <message>
        <source>Attempt after</source>
        <translation>下一次尝试</translation>
    </message>
    <message>
        <source>all plug-ins</source>
        <translation>全部插件</translation>
    </message>
    <message>
        <source>Ask now</source>
        <translation>现在询问</translation>
    </message>
    <message>
        <source>Ask the scheduler where the pod would go now</source>
        <translation>询问调度器该 Pod 现在会去哪里</translation>
    </message>
    <message>
        <source>What if</source>
        <translation>假如</translation>
    </message>
    <message>
        <source>What to change</source>
        <translation>要更改什么</translation>
    </message>
    <message>
        <source>The change</source>
        <translation>更改内容</translation>
    </message>
    <message>
        <source>Try</source>
        <translation>试试</translation>
    </message>
    <message>
        <source>No attempt is known</source>
        <translation>没有已知的尝试</translation>
    </message>
    <message>
        <source>This cluster&apos;s scheduler does not tell its reasons; that of a Wheelhouse lab does.</source>
        <translation>此集群的调度器不说明原因；Wheelhouse 实验环境的会。</translation>
    </message>
    <message>
        <source>The scheduler has not looked at this pod since it was started. Ask it where the pod would go now.</source>
        <translation>调度器启动后还没有看过这个 Pod。可以询问它现在会去哪里。</translation>
    </message>
    <message>
        <source>What if, now</source>
        <translation>假如，现在</translation>
    </message>
    <message>
        <source>Attempt %1 of %2</source>
        <translation>第 %1 次尝试，共 %2 次</translation>
    </message>
    <message>
        <source>%1 of %2 nodes fit</source>
        <translation>%2 个节点中有 %1 个合适</translation>
    </message>
    <message>
        <source>%1 plug-ins had nothing to say</source>
        <translation>%1 个插件没有意见</translation>
    </message>
    <message>
        <source>It would fit nowhere.</source>
        <translation>它将无处可放。</translation>
    </message>
    <message>
        <source>It fitted nowhere.</source>
        <translation>它无处可放。</translation>
    </message>
    <message>
        <source>It would go to %1.</source>
        <translation>它会去 %1。</translation>
    </message>
    <message>
        <source>It went to %1.</source>
        <translation>它去了 %1。</translation>
    </message>
    <message>
        <source>Click to try it or not; right click to forget it</source>
        <translation>点击启用或停用；右键点击移除</translation>
    </message>
    <message>
        <source>The scheduler gave no answer.</source>
        <translation>调度器没有回答。</translation>
    </message>
</context>
<context>
    <name>wheelhouse::ui::VerdictsPage</name>
    <message>
        <source>to %1</source>
        <translation>到 %1</translation>
    </message>
    <message>
        <source>fits nowhere</source>
        <translation>无处可放</translation>
    </message>
    <message>
        <source>%1, attempt %2</source>
        <translation>%1，第 %2 次尝试</translation>
    </message>
    <message>
        <source>%1 fit</source>
        <translation>%1 合适</translation>
    </message>
    <message>
        <source>Verdicts</source>
        <translation>裁决</translation>
    </message>
    <message>
        <source>Filter: text, !not, -l app=web</source>
        <translation>过滤：文本、!排除、-l app=web</translation>
    </message>
    <message>
        <source>Filter pods</source>
        <translation>过滤 Pod</translation>
    </message>
    <message>
        <source>Pods the scheduler has looked at</source>
        <translation>调度器看过的 Pod</translation>
    </message>
    <message>
        <source>Connecting…</source>
        <translation>正在连接…</translation>
    </message>
    <message>
        <source>No reasons here</source>
        <translation>这里没有原因</translation>
    </message>
    <message>
        <source>Only the scheduler of a Wheelhouse lab tells why.</source>
        <translation>只有 Wheelhouse 实验环境的调度器会说明原因。</translation>
    </message>
    <message>
        <source>Nothing matches</source>
        <translation>没有匹配项</translation>
    </message>
    <message>
        <source>Not to be had</source>
        <translation>无法获取</translation>
    </message>
    <message>
        <source>No verdicts yet</source>
        <translation>尚无裁决</translation>
    </message>
    <message>
        <source>Deploy something: each pod the scheduler looks at appears here, with what every plug-in said of every node.</source>
        <translation>部署些什么吧：调度器看过的每个 Pod 都会出现在这里，并附上每个插件对每个节点的评价。</translation>
    </message>
</context>
<context>
    <name>wheelhouse::ui::YamlAssistant</name>
    <message>
        <source>%1, required</source>
        <translation>%1，必填</translation>
    </message>
    <message>
        <source>(required)</source>
        <translation>（必填）</translation>
    </message>
    <message>
        <source>One of: %1</source>
        <translation>可选值：%1</translation>
    </message>
    <message>
        <source>%1 has no kind %2</source>
        <translation>%1 中没有类型 %2</translation>
    </message>
    <message>
        <source>no field %1 here</source>
        <translation>此处没有字段 %1</translation>
    </message>
    <message>
        <source>%1 is not one of %2</source>
        <translation>%1 不在可选值 %2 之中</translation>
    </message>
    <message>
        <source>%1 takes a whole number</source>
        <translation>%1 需要整数</translation>
    </message>
</context>
<context>
    <name>wheelhouse::ui::YamlPane</name>
    <message>
        <source>Manifest</source>
        <translation>清单</translation>
    </message>
    <message>
        <source>Paste a manifest here, drop a file, or begin with an example.
Several documents are separated by ---</source>
        <translation>在此粘贴清单、拖入文件，或从示例开始。
多个文档以 --- 分隔</translation>
    </message>
    <message>
        <source>Open…</source>
        <translation>打开…</translation>
    </message>
    <message>
        <source>Example</source>
        <translation>示例</translation>
    </message>
    <message>
        <source>Dry run</source>
        <translation>试运行</translation>
    </message>
    <message>
        <source>Ask the server what would happen; nothing is changed</source>
        <translation>询问服务器将会发生什么；不做任何更改</translation>
    </message>
    <message>
        <source>Apply</source>
        <translation>应用</translation>
    </message>
    <message>
        <source>Applying…</source>
        <translation>正在应用…</translation>
    </message>
    <message>
        <source>Documents that name no namespace go to &lt;b&gt;%1&lt;/b&gt;. What becomes of each is shown here.</source>
        <translation>未指定命名空间的文档进入 &lt;b&gt;%1&lt;/b&gt;。每个文档的结果显示在这里。</translation>
    </message>
    <message>
        <source>Nothing was applied</source>
        <translation>没有应用任何内容</translation>
    </message>
    <message>
        <source>%1 would be created</source>
        <translation>将创建 %1</translation>
    </message>
    <message>
        <source>%1 created</source>
        <translation>%1 已创建</translation>
    </message>
    <message>
        <source>%1 would change</source>
        <translation>%1 将改变</translation>
    </message>
    <message>
        <source>%1 changed</source>
        <translation>%1 已更改</translation>
    </message>
    <message>
        <source>%1 unchanged</source>
        <translation>%1 未变</translation>
    </message>
    <message>
        <source>%1 was refused</source>
        <translation>%1 被拒绝</translation>
    </message>
    <message>
        <source>A document</source>
        <translation>一个文档</translation>
    </message>
    <message>
        <source>Open a manifest</source>
        <translation>打开清单</translation>
    </message>
    <message>
        <source>Manifests (*.yaml *.yml *.json);;All files (*)</source>
        <translation>清单 (*.yaml *.yml *.json);;所有文件 (*)</translation>
    </message>
    <message>
        <source>Could not open %1</source>
        <translation>无法打开 %1</translation>
    </message>
    <message>
        <source>%1 is too large</source>
        <translation>%1 太大</translation>
    </message>
    <message>
        <source>Manifests of more than 3 MiB are refused by the server.</source>
        <translation>服务器拒绝超过 3 MiB 的清单。</translation>
    </message>
    <message>
        <source>Undo</source>
        <translation>撤销</translation>
    </message>
    <message>
        <source>Put back what the last apply changed</source>
        <translation>还原上次应用所做的更改</translation>
    </message>
    <message>
        <source>Line %1: %2</source>
        <translation>第 %1 行：%2</translation>
    </message>
    <message>
        <source>and %1 more</source>
        <translation>以及另外 %1 项</translation>
    </message>
</context>
</TS>
