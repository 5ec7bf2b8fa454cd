# Who may use whom: the layering of the program, one line a module. Module.cmake refuses any other edge.
# A module may always use what is listed here, never what is not, whether PUBLIC or PRIVATE.
set(ALLOWED_engine_base "")
set(ALLOWED_engine_framing engine_base)
set(ALLOWED_engine_api engine_base)
set(ALLOWED_engine_store engine_base engine_api)
set(ALLOWED_engine_client engine_base engine_api engine_framing)
set(ALLOWED_engine_nodelink engine_base engine_api)
set(ALLOWED_engine_machines engine_base engine_api)
set(ALLOWED_engine_apiserver engine_base engine_api engine_framing engine_store engine_client engine_nodelink)
set(ALLOWED_engine_scheduler engine_base engine_api engine_client)
set(ALLOWED_engine_controllers engine_base engine_api engine_client engine_machines)
set(ALLOWED_engine_autoscaling engine_base engine_api engine_client engine_machines engine_scheduler engine_controllers)
set(ALLOWED_engine_loadbalancer engine_base engine_api engine_client engine_nodelink engine_controllers)
set(ALLOWED_engine_controlplane engine_base engine_api engine_store engine_client engine_nodelink engine_machines
    engine_apiserver engine_scheduler engine_controllers engine_autoscaling engine_loadbalancer)
set(ALLOWED_vmnodes_network engine_base engine_api)
set(ALLOWED_vmnodes_agent engine_base engine_api engine_framing engine_nodelink vmnodes_network)
set(ALLOWED_vmnodes_image engine_base)
set(ALLOWED_vmnodes_fabric engine_base engine_machines)
set(ALLOWED_vmnodes_simulated engine_base engine_api engine_nodelink engine_machines vmnodes_agent)
set(ALLOWED_vmnodes_libvirt engine_base engine_machines vmnodes_fabric vmnodes_image)
set(ALLOWED_ui_models engine_base engine_api engine_client)
set(ALLOWED_ui_widgets engine_base engine_api engine_client ui_models)
set(ALLOWED_ui_views engine_base engine_api engine_client ui_models ui_widgets)
set(ALLOWED_app engine_base engine_api engine_store engine_client engine_nodelink engine_machines engine_apiserver
    engine_scheduler engine_controllers engine_autoscaling engine_controlplane vmnodes_network vmnodes_agent vmnodes_image
    vmnodes_fabric vmnodes_simulated vmnodes_libvirt ui_models ui_widgets ui_views)
